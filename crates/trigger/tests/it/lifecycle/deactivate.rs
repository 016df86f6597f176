//! Switching off, and deleting.

use bellhop_testkit::database::Db;
use bellhop_trigger::inbound::{Rejection, Verdict};
use bellhop_trigger::lifecycle::LifecycleError;
use bellhop_workflow::activation::ActivationState;
use close_simulator::Effect;
use rstest::rstest;
use serde_json::json;

use super::world::{World, answer, deliver_with, greet, vendor};

#[rstest]
#[tokio::test]
async fn deactivation_leaves_nothing_at_close_and_no_key_here(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let key = world.simulator.subscriptions().remove(0).signature_key;
    let workflow = world.lifecycle.deactivate(&name).await.unwrap();
    assert_eq!(workflow.state, ActivationState::Inactive);
    world.assert_off(&name).await;

    let row = world.registration(&name).await;
    assert_eq!(deliver_with(&world.hook(&row), &key), Verdict::Rejected(Rejection::Inactive));
    world.lifecycle.deactivate(&name).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn the_url_stays_the_same_and_the_key_does_not(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;
    world.lifecycle.deactivate(&name).await.unwrap();
    world.lifecycle.activate(&name).await.unwrap();
    let after = world.assert_on(&name).await;
    assert_eq!((after.id, after.hook_id), (before.id, before.hook_id));
    assert_ne!(after.webhook_id, before.webhook_id);
    assert_ne!(after.signature_key, before.signature_key);
}

#[rstest]
#[case::failing(answer(500, json!({"error": "Down."})), Some(500))]
#[case::dropping(Effect::Drop, None)]
#[case::revoked_key(answer(401, json!({"error": "Please log in."})), Some(401))]
#[tokio::test]
async fn while_close_is_down_deliveries_are_refused_and_a_second_call_ends_it(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] effect: Effect,
    #[case] status: Option<u16>,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.fault("DELETE", 100, effect);

    let (answered, message) = vendor(world.lifecycle.deactivate(&name).await.unwrap_err());
    assert_eq!(answered, status);
    assert!(message.starts_with("Failed to delete webhook: "), "{message}");
    assert_eq!(world.state(&name).await, ActivationState::Deactivating);
    let row = world.registration(&name).await;
    assert_eq!(row.state, ActivationState::Deactivating);
    assert_eq!(row.last_error, Some(message));
    assert_eq!(world.deliver(&row.hook_id), Verdict::Rejected(Rejection::Inactive));

    world.simulator.clear_faults();
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
    assert_eq!(world.registration(&name).await.last_error, None);
}

#[rstest]
#[tokio::test]
async fn activation_ends_a_deactivation_that_was_broken_off(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.fault("DELETE", 100, Effect::Drop);
    world.lifecycle.deactivate(&name).await.unwrap_err();
    world.simulator.clear_faults();
    world.lifecycle.activate(&name).await.unwrap();
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_lost_answer_to_a_deletion_that_was_done_is_no_trouble(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    // The second attempt gets a 404: gone is gone.
    world.fault("DELETE", 1, Effect::DropAfter);
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
}

#[rstest]
#[tokio::test]
async fn what_somebody_deleted_at_close_is_gone_already(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.simulator.reset();
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_deleted_workflow_is_off_and_unknown(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let row = world.registration(&name).await;
    world.lifecycle.delete(&name).await.unwrap();
    assert!(world.at_close().is_empty());
    assert!(world.hooks.get(&row.hook_id).is_none());
    assert!(world.store.registrations_by_hook(&row.hook_id).await.unwrap().is_empty());
    assert!(matches!(world.lifecycle.delete(&name).await, Err(LifecycleError::NotFound)));
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_switched_off_is_not_deleted(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.fault("DELETE", 100, Effect::Drop);
    world.lifecycle.delete(&name).await.unwrap_err();
    assert_eq!(world.state(&name).await, ActivationState::Deactivating);
}
