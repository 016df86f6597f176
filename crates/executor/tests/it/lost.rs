//! Executions whose node ends with them, time after time.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::peer::Answer;
use crate::world::{LEASE, World, statuses, step};

const SECOND: Duration = Duration::from_secs(1);

/// How many nodes may end with the same execution.
const MOST: usize = 5;

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_ends_node_after_node_is_given_up(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never]);
    let id = world
        .run(
            "
steps:
  - { id: plan, uses: set, with: { seats: 2 } }
  - { id: call, uses: http, with: { method: POST, url: PEER/call } }
on_failure:
  - { id: tell, uses: http, with: { method: POST, url: PEER/tell } }
",
        )
        .await;
    for count in 1..=MOST {
        let node = world.node().start();
        world.requests("/call", count).await;
        node.abort().await;
        world.clock.advance(LEASE + SECOND);
    }

    let node = world.node().start();
    let row = world.ended(id).await;
    node.stop().await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("call"), "process_lost"));
    assert!(error.message.contains("5 times in a row"), "{}", error.message);
    assert_eq!(row.status, ExecutionStatus::Failed);
    assert_eq!(statuses(&row), [("plan", StepStatus::Succeeded), ("call", StepStatus::Failed)]);
    assert_eq!(step(&row, "call").error.as_ref().unwrap().kind, "process_lost");
    assert_eq!((world.peer.count("/call"), world.peer.count("/tell")), (MOST, 0));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_gets_on_each_time_is_not(#[case] db: Db) {
    let world = World::start(db).await;
    let paths: Vec<String> = (0..MOST + 2).map(|number| format!("/call-{number}")).collect();
    let steps = paths.iter().enumerate().map(|(number, path)| {
        world.peer.answers(path, [Answer::Never, Answer::status(200)]);
        format!("  - {{ id: call_{number}, uses: http, with: {{ method: POST, url: PEER{path} }} }}")
    });
    let steps = format!("steps:\n{}\n", steps.collect::<Vec<_>>().join("\n"));
    let id = world.run(&steps).await;
    for path in &paths {
        let node = world.node().start();
        world.requests(path, 1).await;
        node.abort().await;
        world.clock.advance(LEASE + SECOND);
    }

    let node = world.node().start();
    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_handed_over_is_taken_at_once_and_is_not_lost(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never]);
    let id =
        world.run("steps:\n  - { id: call, uses: http, with: { method: POST, url: PEER/call } }\n").await;
    for count in 1..=MOST + 2 {
        let node = world.node().start();
        world.requests("/call", count).await;
        node.hand_over().await;
        assert_eq!(world.execution(id).await.status, ExecutionStatus::Queued);
    }
}

#[tokio::test]
async fn another_node_takes_what_is_handed_over_long_before_the_lease_ends() {
    let world = World::start(Db::Postgres).await;
    world.peer.answers("/call", [Answer::Never, Answer::status(200)]);
    let id =
        world.run("steps:\n  - { id: call, uses: http, with: { method: POST, url: PEER/call } }\n").await;
    let mut plan = world.node();
    plan.lease = Duration::from_hours(1);
    let first = plan.start();
    world.requests("/call", 1).await;
    let mut plan = world.node();
    plan.store = world.another_store().await;
    let second = plan.start();

    first.hand_over().await;

    // The clock of the story stands still.
    assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    second.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn those_that_were_only_beside_it_get_through_alone(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers(
        "/beside",
        [Answer::Never, Answer::Never, Answer::Never, Answer::Never, Answer::status(200)],
    );
    world.peer.answers("/deadly", [Answer::Never]);
    let call = |path: &str| {
        format!("steps:\n  - {{ id: call, uses: http, with: {{ method: POST, url: PEER/{path} }} }}\n")
    };
    let first = world.run(&call("beside")).await;
    let second = world.run(&call("beside")).await;
    let deadly = world.run(&call("deadly")).await;
    for count in 1..=2 {
        let node = world.node().start();
        world.requests("/beside", 2 * count).await;
        world.requests("/deadly", count).await;
        node.abort().await;
        world.clock.advance(LEASE + SECOND);
    }

    let node = world.node().start();
    assert_eq!(world.ended(first).await.status, ExecutionStatus::Succeeded);
    world.clock.advance(SECOND);
    assert_eq!(world.ended(second).await.status, ExecutionStatus::Succeeded);
    assert_eq!(world.peer.count("/deadly"), 2, "it has not been begun beside them");
    world.clock.advance(SECOND);
    world.requests("/deadly", 3).await;
    node.abort().await;
    assert_eq!(world.execution(deadly).await.status, ExecutionStatus::Running);
}
