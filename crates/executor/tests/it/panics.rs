//! A defect of ours ends the execution that runs into it, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bellhop_steps::CredentialSource;
use bellhop_testkit::database::Db;
use bellhop_vault::Credential;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::journal::StepStatus;
use futures::future::BoxFuture;
use rstest::rstest;

use crate::world::{NEVER_RENEWED, World, statuses, step};

/// Panics where it is asked for a credential, and counts how often that was.
#[derive(Default)]
struct Defect(AtomicUsize);

impl CredentialSource for Defect {
    fn resolve<'a>(&'a self, _: &'a CredentialName) -> BoxFuture<'a, Result<Credential, String>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        panic!("this panic belongs to the test");
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_panic_fails_its_execution_once_and_gives_the_slot_back(#[case] db: Db) {
    let world = World::start(db).await;
    let defect = Arc::new(Defect::default());
    let mut plan = world.node();
    plan.credentials = Arc::<Defect>::clone(&defect);
    plan.concurrency = 1;
    plan.lease = NEVER_RENEWED;
    let node = plan.start();

    let id = world
        .run(
            "
steps:
  - { id: before, uses: set, with: { a: 1 } }
  - id: call
    uses: http
    with: { url: PEER/call, auth: { credential: broken } }
    retry: { max_attempts: 3, initial_interval: 2ms }
    continue_on_error: true
",
        )
        .await;
    let row = world.ended(id).await;

    assert_eq!(row.status, ExecutionStatus::Failed);
    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("call"), "internal"));
    assert_eq!(statuses(&row), [("before", StepStatus::Succeeded), ("call", StepStatus::Failed)]);
    assert_eq!(step(&row, "call").error.as_ref().unwrap().kind, "internal");

    // The only slot is free for the next, also when what the first one held would have run out.
    world.clock.advance(NEVER_RENEWED);
    let next = world.run("steps: [{ uses: set, with: { a: 1 } }]").await;
    assert_eq!(world.ended(next).await.status, ExecutionStatus::Succeeded);
    node.stop().await;
    assert_eq!(defect.0.load(Ordering::SeqCst), 1);
}
