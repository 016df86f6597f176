//! What cannot be put right at present is shown and done later, and nothing is destroyed by it.

use bellhop_storage::AuditFilter;
use bellhop_testkit::database::Db;
use bellhop_trigger::lifecycle::Drift;
use bellhop_vault::Credential;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::CredentialName;
use close_simulator::{ApiKey, Effect, SimulatorConfig};
use rstest::rstest;
use serde_json::json;

use super::{active, drifts, id, mends};
use crate::lifecycle::world::{API_KEY, World, answer, greet, now, secret};

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
