//! What a crash leaves behind, at any instant of an activation, is taken up by the next call.

use bellhop_testkit::database::Db;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::WorkflowName;
use rstest::rstest;

use super::world::{World, greet, now};

/// How far the activation had come.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Crash {
    /// Only written down.
    BeforeTheCall,
    /// Close has it; its key is lost.
    BeforeTheAnswerWasStored,
    /// The registration is active and the workflow is not.
    BeforeTheWorkflowWasActive,
}

async fn crashed(world: &World, crash: Crash) -> WorkflowName {
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let mut row = world.registration(&name).await;
    if crash == Crash::BeforeTheCall {
        world.lifecycle.deactivate(&name).await.unwrap();
    }
    if crash != Crash::BeforeTheWorkflowWasActive {
        row.state = ActivationState::Activating;
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
    #[values(Crash::BeforeTheCall, Crash::BeforeTheAnswerWasStored, Crash::BeforeTheWorkflowWasActive)]
    crash: Crash,
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
    #[values(Crash::BeforeTheCall, Crash::BeforeTheAnswerWasStored, Crash::BeforeTheWorkflowWasActive)]
    crash: Crash,
) {
    let world = World::new(db).await;
    let name = crashed(&world, crash).await;
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
}
