//! What has changed at Close meanwhile is put right, and what is not ours is left alone.

mod faults;
mod turns;

use bellhop_storage::RegistrationRow;
use bellhop_testkit::database::Db;
use bellhop_trigger::close::{SubscribedEvent, SubscriptionChange, SubscriptionStatus};
use bellhop_trigger::lifecycle::{Drift, Report};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{HookId, WorkflowName};
use close_simulator::{Effect, SimulatorConfig};
use rstest::rstest;
use serde_json::json;

use crate::lifecycle::world::{API_KEY, World, answer, greet};

async fn active(db: Db) -> (World, WorkflowName, RegistrationRow) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let row = world.assert_on(&name).await;
    (world, name, row)
}

/// What a reconciliation finds, in which everything has to be put right.
async fn mends(world: &World) -> Vec<Drift> {
    let report = world.lifecycle.reconcile().await.unwrap();
    assert!(report.found.iter().all(|found| found.mended), "{report:#?}");
    report.found.into_iter().map(|found| found.drift).collect()
}

fn drifts(report: &Report) -> Vec<Drift> {
    report.found.iter().map(|found| found.drift).collect()
}

fn id(row: &RegistrationRow) -> &str {
    row.webhook_id.as_deref().unwrap()
}

#[rstest]
#[tokio::test]
async fn where_all_is_well_it_is_looked_at_and_nothing_is_done(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, before) = active(db).await;
    let off = world.create(&greet("lead.updated").replace("name: greet", "name: off")).await;
    for method in ["POST", "PUT", "DELETE"] {
        world.fault(method, 100, answer(500, json!({})));
    }
    let report = world.lifecycle.reconcile().await.unwrap();
    assert_eq!((report.registrations, report.found.len()), (1, 0), "{report:#?}");
    assert_eq!(report.credentials[0].subscriptions, Some(1));
    let after = world.assert_on(&name).await;
    assert!(after.reconciled_at.is_some());
    assert_eq!(RegistrationRow { reconciled_at: None, ..after }, before);
    assert_eq!(world.state(&off).await, ActivationState::Inactive);
}

#[rstest]
#[tokio::test]
async fn what_is_gone_at_close_is_made_anew_with_a_new_key(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, before) = active(db).await;
    world.delete_at_close(id(&before)).await;
    assert_eq!(mends(&world).await, [Drift::Missing]);
    let after = world.assert_on(&name).await;
    assert_eq!((after.id, &after.hook_id), (before.id, &before.hook_id));
    assert_ne!(after.signature_key, before.signature_key);
    assert!(after.mended.unwrap().what.contains("was gone"), "what was done is shown");
    assert_eq!(mends(&world).await, []);
}

#[rstest]
#[tokio::test]
async fn what_is_paused_is_resumed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, before) = active(db).await;
    let paused = SubscriptionChange { status: Some(SubscriptionStatus::Paused), ..Default::default() };
    world.change_at_close(id(&before), &paused).await;
    world.fault("PUT", 100, answer(503, json!({"error": "Down."})));
    let report = world.lifecycle.reconcile().await.unwrap();
    assert_eq!(drifts(&report), [Drift::Paused]);
    let row = world.registration(&name).await;
    assert_eq!(row.vendor_status.as_deref(), Some("paused"));
    assert_eq!(row.last_error.as_deref(), Some("Failed to update webhook: Down."));

    world.simulator.clear_faults();
    assert_eq!(mends(&world).await, [Drift::Paused]);
    let after = world.assert_on(&name).await;
    assert_eq!((after.vendor_status.as_deref(), after.last_error), (Some("active"), None));
    assert_eq!(after.signature_key, before.signature_key);
    assert_eq!(world.simulator.subscriptions()[0].status, close_simulator::SubscriptionStatus::Active);
}

#[rstest]
#[case::fewer_events(json!([{"object_type": "lead", "action": "created"}]))]
#[case::other_events(json!([{"object_type": "contact", "action": "created"}, {"object_type": "lead", "action": "updated"}]))]
#[case::another_filter(json!([
    {"object_type": "lead", "action": "created"},
    {"object_type": "lead", "action": "updated", "extra_filter": {"type": "is_null"}}
]))]
#[tokio::test]
async fn events_and_filters_that_somebody_changed_are_changed_back(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] events: serde_json::Value,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created, lead.updated")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;
    let wanted = world.simulator.subscriptions().remove(0).events;
    let events: Vec<SubscribedEvent> = serde_json::from_value(events).unwrap();
    world
        .change_at_close(id(&before), &SubscriptionChange { events: Some(events), ..Default::default() })
        .await;
    assert_ne!(world.simulator.subscriptions()[0].events, wanted);

    assert_eq!(mends(&world).await, [Drift::Events]);
    assert_eq!(world.simulator.subscriptions().remove(0).events, wanted);
    assert_eq!(world.assert_on(&name).await.webhook_id, before.webhook_id);
    assert_eq!(mends(&world).await, []);
}

#[rstest]
#[tokio::test]
async fn a_vendor_that_writes_the_events_in_its_own_way_is_told_them_once(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let (world, name, row) = active(db).await;
    let url = row.url.clone().unwrap();
    let own_way = json!({
        "id": id(&row), "url": url, "status": "active",
        "events": [{"object_type": "lead", "action": "created", "extra_filter": {"type": "and", "filters": []}}]
    });
    let list = json!({"data": [own_way], "has_more": false});
    world.fault("GET", 100, answer(200, list));
    world.fault("PUT", 100, answer(200, own_way));
    assert_eq!(mends(&world).await, [Drift::Events]);
    assert_eq!(mends(&world).await, []);
    assert_eq!(world.state(&name).await, ActivationState::Active);
}

#[rstest]
#[case::straight(None)]
#[case::the_answer_is_lost(Some(Effect::DropAfter))]
#[case::the_call_is_lost(Some(Effect::Drop))]
#[tokio::test]
async fn a_changed_public_url_reaches_close_and_the_key_stays(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] effect: Option<Effect>,
) {
    let (mut world, name, before) = active(db).await;
    let foreign =
        world.subscribe_elsewhere(&format!("https://bellhop.example.net/webhook/{}", before.hook_id)).await;
    world.restart("https://second.example/below/").await;
    if let Some(effect) = effect {
        world.fault("PUT", 100, effect);
        world.lifecycle.reconcile().await.unwrap();
        world.simulator.clear_faults();
    }
    // Even then the subscription is found again, whichever URL it has by now.
    world.restart("https://third.example").await;
    assert_eq!(mends(&world).await, [Drift::Url]);
    world.delete_at_close(&foreign).await;
    let after = world.assert_on(&name).await;
    assert_eq!(after.url, Some(format!("https://third.example/webhook/{}", before.hook_id)));
    assert_eq!((&after.webhook_id, &after.signature_key), (&before.webhook_id, &before.signature_key));
}

#[rstest]
#[tokio::test]
async fn only_one_of_ours_stays_and_nothing_of_others_goes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, row) = active(db).await;
    let url = row.url.clone().unwrap();
    let orphan = world.lifecycle.hook_url(&HookId::new("00112233445566778899aabbccddeeff"));
    let others = [
        "https://elsewhere.example/webhook/00112233445566778899aabbccddeeff".to_owned(),
        // As long as they are not exactly one of ours, they are not ours.
        format!("{url}/"),
        format!("{url}?a=b"),
        format!("{url}0"),
        "https://bellhop.example/webhook/orders".to_owned(),
        "https://bellhop.example/webhook/00112233445566778899AABBCCDDEEFF".to_owned(),
        "https://bellhop.example.net/webhook/00112233445566778899aabbccddeeff".to_owned(),
        "https://bellhop.example/other/00112233445566778899aabbccddeeff".to_owned(),
    ];
    let mut foreign = Vec::new();
    for other in &others {
        foreign.push(world.subscribe_elsewhere(other).await);
    }
    let duplicate = SubscriptionChange {
        url: Some(url),
        events: Some(vec![SubscribedEvent {
            object_type: "contact".to_owned(),
            action: "created".to_owned(),
            extra_filter: None,
        }]),
        ..Default::default()
    };
    let second = world.subscribe_elsewhere("https://soon.example").await;
    world.change_at_close(&second, &duplicate).await;
    world.subscribe_elsewhere(&orphan).await;

    let mut found = mends(&world).await;
    found.sort_by_key(|drift| format!("{drift:?}"));
    assert_eq!(found, [Drift::Duplicate, Drift::Orphan]);
    let mut expected = vec![id(&row).to_owned()];
    expected.extend(foreign.iter().cloned());
    assert_eq!(world.at_close(), expected);
    for id in foreign {
        world.delete_at_close(&id).await;
    }
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn what_somebody_sends_elsewhere_is_theirs_and_ours_is_made_anew(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let (world, name, before) = active(db).await;
    let elsewhere =
        SubscriptionChange { url: Some("https://elsewhere.example".to_owned()), ..Default::default() };
    world.change_at_close(id(&before), &elsewhere).await;
    assert_eq!(mends(&world).await, [Drift::Missing]);
    assert_eq!(world.at_close().len(), 2);
    world.lifecycle.deactivate(&name).await.unwrap();
    assert_eq!(world.at_close(), [id(&before)]);
}

#[rstest]
#[tokio::test]
async fn a_host_that_every_machine_has_proves_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::reached_at(db, SimulatorConfig::for_tests(API_KEY), "http://localhost:8080").await;
    let another_machines =
        world.subscribe_elsewhere("http://localhost:8080/webhook/00112233445566778899aabbccddeeff").await;
    assert_eq!(mends(&world).await, []);
    assert_eq!(world.at_close(), [another_machines]);
}
