//! `sharing: workspace`: one subscription at Close for several workflows.

use std::collections::BTreeMap;

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use close_simulator::{CallFault, Effect};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};

fn sharer(name: &str, events: &str, condition: &str) -> String {
    format!(
        "name: {name}\ntriggers:\n  - close: {{ events: [{events}], sharing: workspace }}\n    where: {condition}\nsteps:\n  - uses: log\n    with: {{ message: hello }}\n"
    )
}

fn events_at_close(server: &TestServer) -> Vec<Vec<String>> {
    let names = |found: close_simulator::Subscription| {
        let mut names: Vec<_> =
            found.events.iter().map(|event| format!("{}.{}", event.object_type, event.action)).collect();
        names.sort();
        names
    };
    server.close.subscriptions().into_iter().map(names).collect()
}

/// How the deliveries to each workflow ended, oldest first.
async fn outcomes(server: &TestServer, count: usize) -> BTreeMap<String, Vec<String>> {
    let mut deliveries = server.until("/deliveries", |items| items.len() >= count).await;
    assert_eq!(deliveries.len(), count, "{deliveries:#?}");
    deliveries.reverse();
    let mut by_workflow: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for delivery in deliveries {
        let text = |key: &str| delivery[key].as_str().unwrap_or_default().to_owned();
        by_workflow.entry(text("workflow")).or_default().push(text("outcome"));
    }
    by_workflow
}

async fn update(server: &TestServer, name: &str, yaml: String) -> Value {
    let path = format!("/workflows/{name}");
    let request = server.request(Method::PUT, &path).header("content-type", "application/yaml").body(yaml);
    let updated = answer(request).await;
    assert_eq!(updated.status, StatusCode::OK, "{updated:?}");
    updated.body
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn workflows_share_one_subscription_and_each_gets_what_it_asked_for(#[case] db: Db) {
    let server = TestServer::start(db).await;
    let first = server.create_active(&sharer("first", "lead.created", "true")).await;
    let second = server
        .create_active(&sharer("second", "lead.created, lead.updated", "event.data.name == 'Acme'"))
        .await;
    let (one, two) = (&first["registrations"][0], &second["registrations"][0]);
    let subscription = server.close.subscriptions().remove(0);
    assert_eq!(events_at_close(&server), [["lead.created", "lead.updated"]]);
    for registration in [one, two] {
        assert_eq!(registration["webhook_id"], subscription.id);
        assert_eq!(registration["hook_url"], subscription.url);
        assert_eq!(registration["shared"], true);
    }
    assert_eq!(two["events"].as_array().unwrap().len(), 2, "what it asked for itself");

    server.happen("lead", "created", json!({ "name": "Globex" }));
    server.ended("first", 1).await;
    server.happen("lead", "updated", json!({ "name": "Acme" }));
    server.ended("second", 1).await;
    let ended = outcomes(&server, 3).await;
    assert_eq!(ended["first"], ["accepted"]);
    assert_eq!(ended["second"], ["filtered", "accepted"]);
    let events = server.list("/executions?workflow=second").await;
    assert_eq!(events[0]["event"]["type"], "lead.updated");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_first_may_leave_and_the_last_takes_it_down(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create_active(&sharer("first", "lead.created", "true")).await;
    server.create_active(&sharer("second", "lead.updated", "true")).await;
    let before = server.close.subscriptions().remove(0).id;

    server.post("/workflows/first/deactivate").await;
    assert_eq!(events_at_close(&server), [["lead.updated"]]);
    assert_eq!(server.close.subscriptions()[0].id, before);
    server.happen("lead", "updated", json!({ "name": "Acme" }));
    server.ended("second", 1).await;

    let back = server.post("/workflows/first/activate").await;
    assert_eq!(back.body["registrations"][0]["webhook_id"], json!(before));
    server.send(Method::DELETE, "/workflows/second", &Value::Null).await;
    assert_eq!(events_at_close(&server), [["lead.created"]]);
    server.happen("lead", "created", json!({ "name": "Globex" }));
    server.ended("first", 1).await;
    server.post("/workflows/first/deactivate").await;
    assert!(server.close.subscriptions().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_somebody_deleted_at_close_is_made_anew_once_for_all(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create_active(&sharer("first", "lead.created", "true")).await;
    server.create_active(&sharer("second", "lead.updated", "true")).await;
    let lost = server.close.subscriptions().remove(0);
    server.close.reset();

    let told = server.post("/registrations/reconcile").await;
    assert!(told.body["found"].as_array().unwrap().iter().all(|found| found["mended"] == true), "{told:?}");
    assert_eq!(events_at_close(&server), [["lead.created", "lead.updated"]]);
    assert_ne!(server.close.subscriptions()[0].signature_key, lost.signature_key);
    server.happen("lead", "created", json!({ "name": "Acme" }));
    server.happen("lead", "updated", json!({ "name": "Acme" }));
    assert_eq!(server.ended("first", 1).await[0]["status"], "succeeded");
    assert_eq!(server.ended("second", 1).await[0]["status"], "succeeded");
    let again = server.post("/registrations/reconcile").await;
    assert_eq!(again.body["found"], json!([]));
}

#[tokio::test]
async fn an_update_moves_a_workflow_in_and_out_of_the_share() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create_active(&sharer("first", "lead.created", "true")).await;
    server.create_active(&sharer("second", "lead.updated", "true")).await;
    update(&server, "second", sharer("second", "lead.deleted", "true")).await;
    assert_eq!(events_at_close(&server), [["lead.created", "lead.deleted"]]);

    let alone = sharer("second", "lead.deleted", "true").replace(", sharing: workspace", "");
    update(&server, "second", alone).await;
    assert_eq!(events_at_close(&server), [["lead.created"], ["lead.deleted"]]);
    server.happen("lead", "deleted", json!({ "name": "Acme" }));
    server.ended("second", 1).await;
    update(&server, "second", sharer("second", "lead.updated", "true")).await;
    assert_eq!(events_at_close(&server), [["lead.created", "lead.updated"]]);
}

#[tokio::test]
async fn a_forged_delivery_is_refused_for_all_of_them() {
    let server = TestServer::start(Db::Sqlite).await;
    let first = server.create_active(&sharer("first", "lead.created", "true")).await;
    server.create_active(&sharer("second", "lead.created", "true")).await;
    let url = first["registrations"][0]["hook_url"].as_str().unwrap();
    let path = url.split_once("/webhook/").unwrap().1;
    let body = json!({ "event": { "id": "ev_1", "object_type": "lead", "action": "created", "data": {} } });
    let forged = answer(
        reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(server.url(&format!("/webhook/{path}")))
            .header("close-sig-hash", "00".repeat(32))
            .header("close-sig-timestamp", (server.now().as_micros() / 1_000_000).to_string())
            .json(&body),
    )
    .await;
    assert_eq!(forged.status, StatusCode::UNAUTHORIZED, "{forged:?}");
    assert!(server.list("/executions").await.is_empty());
}

#[tokio::test]
async fn at_closes_limit_the_refusal_names_the_way_out() {
    let server = TestServer::start(Db::Sqlite).await;
    for number in 0..40 {
        let yaml =
            sharer(&format!("flow-{number}"), "lead.created", "true").replace(", sharing: workspace", "");
        server.create_active(&yaml).await;
    }
    let told = server.post("/registrations/reconcile").await;
    let warning = told.body["credentials"][0]["warning"].as_str().unwrap();
    assert!(warning.starts_with("40 subscriptions") && warning.contains("sharing: workspace"), "{warning}");

    let one_more = sharer("one-more", "lead.created", "true");
    server.create(&one_more.replace(", sharing: workspace", "")).await;
    let refused = server.post("/workflows/one-more/activate").await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    let detail = refused.body.to_string();
    assert!(detail.contains("sharing: workspace"), "{detail}");
    // Another refusal has another reason.
    server.post("/workflows/flow-0/deactivate").await;
    server.close.add_fault(CallFault::next(
        "POST",
        "/webhook/",
        Effect::Answer { status: 400, body: json!({ "error": "No." }), headers: BTreeMap::new() },
    ));
    let refused = server.post("/workflows/one-more/activate").await;
    assert!(!refused.body.to_string().contains("sharing"), "{refused:?}");
}

#[tokio::test]
async fn one_whose_key_cannot_be_opened_is_refused_and_the_others_run() {
    let mut server = TestServer::start(Db::Sqlite).await;
    server.create_active(&sharer("broken", "lead.created", "true")).await;
    server.create_active(&sharer("sound", "lead.created", "true")).await;
    server.stop().await;
    let mut line = SqliteConnection::connect(&server.database_url()).await.unwrap();
    let broken = "UPDATE registrations SET signature_key = zeroblob(72)
        WHERE workflow_id = (SELECT id FROM workflows WHERE name = 'broken')";
    assert_eq!(sqlx::query(broken).execute(&mut line).await.unwrap().rows_affected(), 1);
    line.close().await.unwrap();
    server.restart().await;

    server.happen("lead", "created", json!({ "name": "Acme" }));
    assert_eq!(server.ended("sound", 1).await[0]["status"], "succeeded");
    let outcomes = outcomes(&server, 2).await;
    assert_eq!(outcomes["sound"], ["accepted"]);
    assert_eq!(outcomes["broken"], ["rejected"]);
    let refused = server.list("/deliveries?outcome=rejected").await;
    assert_eq!(refused[0]["reason"], "no_key", "{refused:#?}");
}
