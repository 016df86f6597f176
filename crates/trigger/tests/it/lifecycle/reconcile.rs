//! What has changed at Close meanwhile is put right, and what is not ours is left alone.

use std::time::Duration;

use bellhop_storage::{AuditFilter, RegistrationRow};
use bellhop_testkit::database::Db;
use bellhop_trigger::close::{SubscribedEvent, SubscriptionChange, SubscriptionStatus};
use bellhop_trigger::inbound::Verdict;
use bellhop_trigger::lifecycle::{Drift, LifecycleError, Report};
use bellhop_vault::Credential;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, HookId, WorkflowName};
use close_simulator::{ApiKey, Effect, SimulatorConfig};
use rstest::rstest;
use serde_json::json;

use super::world::{API_KEY, World, answer, deliver_with, greet, now, secret};

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

#[rstest]
#[case::down(answer(503, json!({"error": "Down for maintenance."})), "Down for maintenance.")]
#[case::rate_limit(Effect::RateLimit { reset_seconds: 7200.0 }, "Failed to list webhooks: ")]
#[case::revoked(answer(401, json!({"error": "Please log in."})), "Please log in.")]
#[case::unreachable(Effect::Drop, "Failed to list webhooks: the connection to Close broke off")]
#[tokio::test]
async fn a_vendor_that_does_not_answer_is_shown_and_changes_nothing(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] effect: Effect,
    #[case] words: &str,
) {
    let (world, name, before) = active(db).await;
    for method in ["GET", "POST", "PUT", "DELETE"] {
        world.fault(method, 100, effect.clone());
    }
    let report = world.lifecycle.reconcile().await.unwrap();
    let asked = &report.credentials[0];
    assert!(asked.error.as_ref().unwrap().contains(words), "{asked:?}");
    assert!(asked.retry_at.unwrap() > report.finished_at);
    let row = world.assert_on(&name).await;
    assert_eq!(row.vendor_status.as_deref(), Some("unknown"));
    assert!(row.last_error.unwrap().contains(words));
    assert_eq!((&row.webhook_id, &row.signature_key), (&before.webhook_id, &before.signature_key));

    world.simulator.clear_faults();
    assert_eq!(mends(&world).await, []);
    let row = world.assert_on(&name).await;
    assert_eq!((row.vendor_status.as_deref(), row.last_error), (Some("active"), None));
}

#[rstest]
#[tokio::test]
async fn a_key_that_is_not_right_any_more_destroys_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let config = SimulatorConfig {
        api_keys: vec![ApiKey::admin(API_KEY), ApiKey::member("api_member")],
        ..SimulatorConfig::for_tests(API_KEY)
    };
    let world = World::with(db, config).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;

    // A member does not see what the administrator made: Close calls a second one a duplicate.
    world.put("close", &Credential::Close { api_key: secret("api_member") }).await;
    let report = world.lifecycle.reconcile().await.unwrap();
    assert_eq!(drifts(&report), [Drift::Missing]);
    let row = world.assert_on(&name).await;
    assert_eq!(row.vendor_status.as_deref(), Some("missing"));
    assert!(row.last_error.unwrap().contains("Duplicate active subscription"));

    world.credentials.delete(&CredentialName::new("close"), now()).await.unwrap();
    let report = world.lifecycle.reconcile().await.unwrap();
    assert!(report.credentials[0].error.as_ref().unwrap().contains("there is no credential"), "{report:#?}");

    world.put("close", &Credential::Close { api_key: secret(API_KEY) }).await;
    assert_eq!(mends(&world).await, []);
    let row = world.assert_on(&name).await;
    assert_eq!((row.webhook_id, row.signature_key), (before.webhook_id, before.signature_key));
    assert_eq!((row.vendor_status.as_deref(), row.last_error), (Some("active"), None));
}

#[rstest]
#[tokio::test]
async fn an_activation_whose_answer_was_lost_is_brought_to_its_end(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, Effect::DropAfter);
    world.fault("GET", 100, answer(503, json!({"error": "Down."})));
    world.lifecycle.activate(&name).await.unwrap_err();
    assert_eq!(world.state(&name).await, ActivationState::Error);
    let lost = world.at_close();
    assert_eq!(lost.len(), 1);
    world.lifecycle.reconcile().await.unwrap();
    assert_eq!(world.state(&name).await, ActivationState::Error);

    world.simulator.clear_faults();
    assert_eq!(mends(&world).await, [Drift::BrokenOff]);
    let row = world.assert_on(&name).await;
    assert_ne!(lost, [id(&row)], "its key is lost, so that it was made anew");
}

#[rstest]
#[tokio::test]
async fn a_deletion_that_was_not_confirmed_is_tried_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, _) = active(db).await;
    world.fault("DELETE", 100, Effect::Drop);
    world.lifecycle.deactivate(&name).await.unwrap_err();
    let report = world.lifecycle.reconcile().await.unwrap();
    assert!(!report.found[0].mended);
    world.simulator.clear_faults();
    assert_eq!(mends(&world).await, [Drift::BrokenOff]);
    world.assert_off(&name).await;
    // That it was brought to its end is in the audit log as well.
    let log = world.store.audit_log(&AuditFilter::default(), None, 2).await.unwrap();
    let told: Vec<_> =
        log.iter().map(|entry| (entry.action.as_str(), entry.after.clone().unwrap())).collect();
    let after = |state: &str| ("deactivate", json!({ "version": 1, "state": state }));
    assert_eq!(told, [after("inactive"), after("deactivating")]);
}

#[rstest]
#[tokio::test]
async fn what_an_update_could_not_delete_goes_later(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, old) = active(db).await;
    world.fault("DELETE", 100, Effect::Drop);
    world.update(&world.with_other_credential().await).await.unwrap();
    assert_eq!(world.at_close().len(), 2);
    // Gone is gone, whoever did it.
    world.simulator.clear_faults();
    world.delete_at_close(id(&old)).await;
    assert_eq!(mends(&world).await, [Drift::Pending]);
    let row = world.assert_on(&name).await;
    assert_eq!(row.credential.as_ref().map(CredentialName::as_str), Some("other"));
}

#[rstest]
#[tokio::test]
async fn a_lost_answer_while_mending_is_mended_too(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, before) = active(db).await;
    world.delete_at_close(id(&before)).await;
    world.fault("POST", 1, Effect::DropAfter);
    world.fault("DELETE", 100, answer(500, json!({"error": "Down."})));
    let report = world.lifecycle.reconcile().await.unwrap();
    assert_eq!(drifts(&report), [Drift::Missing]);
    assert_eq!(world.at_close().len(), 1, "it was made, and its key is lost");

    world.simulator.clear_faults();
    assert_eq!(mends(&world).await, [Drift::Duplicate, Drift::Missing]);
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn what_somebody_works_on_is_not_disturbed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let (first, _) = world.other_node("https://bellhop.example").await;
    let names: Vec<_> = ["a", "b", "c"]
        .map(|name| greet("lead.created").replace("name: greet", &format!("name: {name}")))
        .into();
    let mut created = Vec::new();
    for yaml in &names {
        created.push(world.create(yaml).await);
    }
    // On PostgreSQL these are two nodes; on SQLite there is only ever one.
    let other = if db == Db::Postgres { &first } else { &world.lifecycle };
    let reconciling = async {
        for _ in 0..4 {
            other.reconcile().await.unwrap();
        }
    };
    let activating = async {
        for name in &created {
            world.lifecycle.activate(name).await.unwrap();
        }
    };
    tokio::join!(reconciling, activating);
    assert_eq!(world.at_close().len(), 3);
    for name in &created {
        let row = world.registration(name).await;
        assert!(matches!(world.deliver(&row.hook_id), Verdict::Accepted(_)));
        assert_eq!(row.mended, None, "nothing was ever missing");
    }
}

#[tokio::test]
async fn two_nodes_do_not_work_on_one_workflow_at_once() {
    let world = World::new(Db::Postgres).await;
    let (second, hooks) = world.other_node("https://bellhop.example").await;
    let name = world.create(&greet("lead.created")).await;
    let (first, second) = tokio::join!(world.lifecycle.activate(&name), second.activate(&name));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    let row = world.assert_on(&name).await;
    let key = world.simulator.subscriptions().remove(0).signature_key;
    assert!(matches!(deliver_with(&hooks.get(&row.hook_id).unwrap(), &key), Verdict::Accepted(_)));
}

#[rstest]
#[tokio::test]
async fn it_is_done_at_start_and_when_a_credential_has_changed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, before) = active(db).await;
    world.delete_at_close(id(&before)).await;
    world.put("close", &Credential::Close { api_key: secret("api_wrongKey") }).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let (lifecycle, token) = (world.lifecycle.clone(), stop.clone());
    let keeper = tokio::spawn(async move { lifecycle.keep_reconciled(token).await });
    let until = async |what: &str, reached: &dyn Fn(&RegistrationRow) -> bool| {
        let begun = now();
        while !reached(&world.registration(&name).await) {
            assert!(now().since(begun) < Duration::from_secs(20), "{what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    until("it was not looked at", &|row| row.last_error.is_some()).await;
    world.put("close", &Credential::Close { api_key: secret(API_KEY) }).await;
    world.lifecycle.reconcile_soon();
    until("it was not mended", &|row| row.mended.is_some()).await;
    stop.cancel();
    keeper.await.unwrap();
    // What is under way goes on in a task of its own, and comes to the hooks last.
    world.lifecycle.drain().await;
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn one_workflow_that_cannot_be_mended_does_not_hold_up_another(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let (world, name, first) = active(db).await;
    let yaml = greet("lead.created")
        .replace("name: greet", "name: other")
        .replace("events:", "credential: other\n      events:");
    world.put("other", &Credential::Close { api_key: secret(API_KEY) }).await;
    let other = world.create(&yaml).await;
    world.lifecycle.activate(&other).await.unwrap();
    let second = world.registration(&other).await;
    world.credentials.delete(&CredentialName::new("other"), now()).await.unwrap();
    world.delete_at_close(id(&first)).await;
    let report = world.lifecycle.reconcile().await.unwrap();
    assert_eq!(drifts(&report), [Drift::Missing]);
    assert!(matches!(world.lifecycle.deactivate(&other).await, Err(LifecycleError::Credential { .. })));
    assert!(world.at_close().contains(&id(&second).to_owned()), "what cannot be asked for is not destroyed");
    let row = world.registration(&name).await;
    assert!(matches!(world.deliver(&row.hook_id), Verdict::Accepted(_)));
}
