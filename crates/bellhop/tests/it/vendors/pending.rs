//! What Close has still to deliver while a workflow gets a new version.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use close_simulator::DeliveryFaults;
use rstest::rstest;
use serde_json::{Value, json};

use super::stand_in::update;

fn leads(trigger: &str) -> String {
    format!(
        "name: leads\ntriggers:\n  - close: {{ {trigger} }}\nsteps:\n  - uses: return\n    with: {{ name: \"${{{{ event.data.name }}}}\", version: \"${{{{ workflow.version }}}}\" }}\n"
    )
}

/// A server whose Close has an event that it does not deliver for a moment.
async fn waiting(db: Db) -> TestServer {
    let server = TestServer::start(db).await;
    server.create_active(&leads("events: [lead.created]")).await;
    // What happened before the workflow asked for it.
    server.happen("lead", "updated", json!({ "name": "Early" }));
    server.close.set_delivery_faults(DeliveryFaults { delay_ms: 700, ..DeliveryFaults::default() });
    server.happen("lead", "created", json!({ "name": "Waiting" }));
    server.close.set_delivery_faults(DeliveryFaults::default());
    server
}

/// The executions that there are once an event has come that came last.
async fn after_the_last(server: &TestServer, count: usize) -> Vec<Value> {
    let outputs: Vec<Value> =
        server.ended("leads", count).await.iter().map(|ended| ended["output"].clone()).collect();
    outputs
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn with_other_events_the_subscription_stays_and_what_waits_is_delivered(#[case] db: Db) {
    let server = waiting(db).await;
    let before = server.close.subscriptions().remove(0);
    update(&server, "leads", leads("events: [lead.created, lead.updated]")).await;
    let after = server.close.subscriptions();
    assert_eq!(after.len(), 1);
    assert_eq!((&after[0].id, &after[0].url), (&before.id, &before.url));
    assert_eq!(after[0].events.len(), 2);
    assert_eq!(after_the_last(&server, 1).await, [json!({ "name": "Waiting", "version": 2 })]);
    server.happen("lead", "updated", json!({ "name": "Later" }));
    let expected = [json!({ "name": "Waiting", "version": 2 }), json!({ "name": "Later", "version": 2 })];
    assert_eq!(after_the_last(&server, 2).await, expected);

    // Somebody pauses it there. What was missed is fetched, and not what happened before it was asked for.
    let id = &after[0].id;
    let key = bellhop_vault::Secret::from(bellhop_testkit::server::CLOSE_API_KEY.to_owned());
    let api = bellhop_trigger::close::CloseApi::new(
        &server.close.base_url(),
        bellhop_trigger::close::http_client().unwrap(),
    );
    let status = Some(bellhop_trigger::close::SubscriptionStatus::Paused);
    let change = bellhop_trigger::close::SubscriptionChange { status, ..Default::default() };
    api.update(&key, id, &change).await.unwrap().unwrap();
    server.happen("lead", "updated", json!({ "name": "Missed" }));
    server.post("/registrations/reconcile").await;
    let last = server.ended("leads", 3).await;
    let mut names: Vec<&str> = last.iter().map(|ended| ended["output"]["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Later", "Missed", "Waiting"]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn where_another_takes_its_place_what_waits_is_fetched_from_the_log(#[case] db: Db) {
    let server = waiting(db).await;
    let before = server.close.subscriptions().remove(0);
    update(&server, "leads", leads("events: [lead.created, lead.updated], sharing: workspace")).await;
    let after = server.close.subscriptions();
    assert_eq!(after.len(), 1);
    assert_ne!(after[0].id, before.id);
    assert_eq!(after_the_last(&server, 1).await, [json!({ "name": "Waiting", "version": 2 })]);
    server.happen("lead", "updated", json!({ "name": "Later" }));
    let expected = [json!({ "name": "Waiting", "version": 2 }), json!({ "name": "Later", "version": 2 })];
    assert_eq!(after_the_last(&server, 2).await, expected);
}
