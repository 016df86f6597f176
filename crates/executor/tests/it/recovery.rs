//! A node is gone in the middle of an effect, and another goes on from the journal.

use std::time::Duration;

use bellhop_storage::ExecutionRow;
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{LEASE, World, statuses, step};

const BOOKING: &str = r"
steps:
  - { id: plan, uses: set, with: { seats: 2 } }
  - { id: room, uses: http, with: { method: POST, url: PEER/room } }
  - id: car
    uses: http
    with: { method: POST, url: PEER/car, json: { room: '${{ steps.room.output.body.number }}' } }
    INTERRUPT
  - { id: mail, uses: http, with: { method: POST, url: PEER/mail } }
";

/// Runs the booking until the peer has the request for a car, ends the node there, and has another one go on.
async fn interrupted(world: &World, interrupt: &str) -> ExecutionRow {
    world.peer.answers("/room", [Answer::Json(200, json!({ "number": 12 }))]);
    world.peer.answers("/car", [Answer::Never, Answer::status(200)]);
    let id = world.run(&BOOKING.replace("INTERRUPT", interrupt)).await;
    let first = world.node().start();
    world.requests("/car", 1).await;
    first.abort().await;
    assert_eq!(world.execution(id).await.status, ExecutionStatus::Running, "its lease goes on");

    world.clock.advance(LEASE + Duration::from_secs(1));
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;
    row
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_had_ended_is_kept_and_what_was_cut_short_runs_again(#[case] db: Db) {
    let world = World::start(db).await;

    let row = interrupted(&world, "on_interrupt: retry").await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    let done = StepStatus::Succeeded;
    assert_eq!(statuses(&row), [("plan", done), ("room", done), ("car", done), ("mail", done)]);
    let counts = ["/room", "/car", "/mail"].map(|path| world.peer.count(path));
    assert_eq!(counts, [1, 2, 1]);
    assert_eq!(step(&row, "car").attempts, 1, "the crash was not the user's");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_repeated_effect_says_that_it_is_the_same_one(#[case] db: Db) {
    let world = World::start(db).await;

    let row = interrupted(&world, "").await;

    let [before, after] = &world.peer.seen_at("/car")[..] else { panic!("not two requests") };
    assert_eq!(before.key.as_deref(), Some(format!("{}:car", row.id).as_str()));
    assert_eq!(before.key, after.key);
    assert_eq!((&before.body, &after.body), (&json!({ "room": 12 }), &json!({ "room": 12 })));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_effect_that_must_not_be_repeated_fails(#[case] db: Db) {
    let world = World::start(db).await;

    let row = interrupted(&world, "on_interrupt: fail").await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("car"), "interrupted"));
    assert_eq!(row.status, ExecutionStatus::Failed);
    assert_eq!(step(&row, "car").status, StepStatus::Failed);
    let counts = ["/room", "/car", "/mail"].map(|path| world.peer.count(path));
    assert_eq!(counts, [1, 1, 0]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_stays_between_two_attempts_goes_on_with_the_next(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(503), Answer::Never, Answer::status(503)]);
    let id = world
        .run(
            "
steps:
  - id: call
    uses: http
    with: { method: POST, url: PEER/call }
    retry: { max_attempts: 3, initial_interval: 2ms }
",
        )
        .await;
    let first = world.node().start();
    world.requests("/call", 2).await;
    first.abort().await;

    world.clock.advance(LEASE + Duration::from_secs(1));
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    // The first, the second, the second again, the third.
    assert_eq!((step(&row, "call").attempts, world.peer.count("/call")), (3, 4));
}
