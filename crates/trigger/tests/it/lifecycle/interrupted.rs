//! What a crash leaves behind, at any instant of an activation, is taken up by the next call.

use bellhop_storage::RegistrationRow;
use bellhop_testkit::database::Db;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{HookId, RegistrationId, WorkflowName};
use rstest::rstest;

use super::world::{World, greet, now};

/// How far the activation had come.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Crash {
    /// Only written down.
    Uncalled,
    /// Close has it; its key is lost.
    Unanswered,
    /// Close's answer is stored, and nothing is active.
    Unconfirmed,
}

async fn crashed(world: &World, crash: Crash) -> WorkflowName {
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let mut row = world.registration(&name).await;
    if crash == Crash::Uncalled {
        world.lifecycle.deactivate(&name).await.unwrap();
    }
    row.state = ActivationState::Activating;
    if crash != Crash::Unconfirmed {
        row.webhook_id = None;
        row.signature_key = None;
    }
    let workflow = world.workflow(&name).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.save_registration(&row).await.unwrap();
    tx.set_workflow_state(workflow.id, workflow.state, ActivationState::Activating, now()).await.unwrap();
    tx.commit().await.unwrap();
    world.hooks.load().await.unwrap();
    assert!(!world.hook(&row).active);
    name
}

#[rstest]
#[tokio::test]
async fn an_activation_that_was_broken_off_is_completed(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(Crash::Uncalled, Crash::Unanswered, Crash::Unconfirmed)] crash: Crash,
) {
    let world = World::new(db).await;
    let name = crashed(&world, crash).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn an_activation_that_was_broken_off_can_be_switched_off(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(Crash::Uncalled, Crash::Unanswered, Crash::Unconfirmed)] crash: Crash,
) {
    let world = World::new(db).await;
    let name = crashed(&world, crash).await;
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
}

/// An update that had made its new subscription when the process ended, and had not stored the version.
async fn crashed_in_an_update(world: &World) -> WorkflowName {
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let active = world.registration(&name).await;
    let hook_id = HookId::new("00112233445566778899aabbccddeeff");
    let url = world.lifecycle.hook_url(&hook_id);
    let made = RegistrationRow {
        id: RegistrationId::generate(now()),
        webhook_id: Some(world.subscribe_elsewhere(&url).await),
        hook_id,
        url: Some(url),
        state: ActivationState::Activating,
        created_at: now(),
        ..active
    };
    let mut tx = world.store.begin().await.unwrap();
    tx.save_registration(&made).await.unwrap();
    tx.commit().await.unwrap();
    world.hooks.load().await.unwrap();
    assert!(!world.hook(&made).active, "it belongs to a version that is not there");
    assert_eq!(world.at_close().len(), 2);
    name
}

#[rstest]
#[tokio::test]
async fn what_an_update_that_was_broken_off_left_goes_with_the_next(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values("lead.created", "lead.updated")] events: &str,
) {
    let world = World::new(db).await;
    let name = crashed_in_an_update(&world).await;
    world.update(&greet(events)).await.unwrap();
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn what_an_update_that_was_broken_off_left_goes_with_the_workflow(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = crashed_in_an_update(&world).await;
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;

    // Of the two registrations that are left here, one is taken up again.
    world.lifecycle.activate(&name).await.unwrap();
    world.assert_on(&name).await;
}
