//! Several nodes on one database, and leases that run out.

use std::collections::HashSet;

use bellhop_storage::Gate;
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::time::Clock as _;
use futures::future::join_all;
use rstest::rstest;

use crate::peer::Answer;
use crate::wait::{eventually, until};
use crate::world::{LEASE, NEVER_RENEWED, World};

const TWO_CALLS: &str = "
steps:
  - { id: first, uses: http, with: { method: POST, url: PEER/first } }
  - { id: second, uses: http, with: { method: POST, url: PEER/second } }
";

#[tokio::test]
async fn two_nodes_share_the_work_and_do_it_once() {
    const EXECUTIONS: usize = 200;
    const SLOTS: usize = 10;
    let world = World::start(Db::Postgres).await;
    world.peer.answers("/first", [Answer::Held]);
    let workflow = world.workflow(TWO_CALLS).await;
    let ids = join_all((0..EXECUTIONS).map(|_| world.begin(&workflow, None))).await;
    let mut nodes = Vec::new();
    for _ in 0..2 {
        let mut plan = world.node();
        plan.store = world.another_store().await;
        plan.concurrency = SLOTS;
        nodes.push(plan.start());
    }

    // More than one of them could have under way. The last slot of each is for another workflow.
    until("both nodes to be at work", || world.peer.present() == 2 * (SLOTS - 1)).await;
    world.peer.release();
    for id in ids {
        assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    }
    for node in nodes {
        node.stop().await;
    }

    let seen = world.peer.seen();
    let keys: HashSet<_> = seen.iter().map(|seen| seen.key.as_deref().unwrap()).collect();
    assert_eq!((seen.len(), keys.len()), (2 * EXECUTIONS, 2 * EXECUTIONS));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_keeps_what_it_runs_for_longer_than_a_lease(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Held]);
    let id = world.run(TWO_CALLS).await;
    let first = world.node().start();
    world.requests("/first", 1).await;
    let second = world.node().start();

    for _ in 0..4 {
        world.clock.advance(LEASE * 2 / 3);
        let renewed = world.clock.now().plus(LEASE);
        eventually("the lease to be renewed", || async {
            (world.store.next_due().await.unwrap() == Some(renewed)).then_some(())
        })
        .await;
    }
    world.peer.release();

    assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (1, 1));
    first.stop().await;
    second.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_that_has_lost_a_lease_begins_nothing_more(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Held, Answer::status(200)]);
    let id = world.run(TWO_CALLS).await;
    let mut plan = world.node();
    plan.lease = NEVER_RENEWED;
    let slow = plan.start();
    world.requests("/first", 1).await;
    // It takes no part in what comes, but goes on with what it has.
    slow.stop.cancel();

    world.clock.advance(NEVER_RENEWED);
    let other = world.node().start();
    let row = world.ended(id).await;
    assert_eq!(row.status, ExecutionStatus::Succeeded);
    world.peer.release();
    slow.stop().await;
    other.stop().await;

    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (2, 1));
    assert_eq!(world.execution(id).await, row, "the slow one has written nothing over it");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_that_learns_that_it_has_lost_a_lease_hangs_up(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Never, Answer::Held]);
    let id = world.run(TWO_CALLS).await;
    let first = world.node().start();
    world.requests("/first", 1).await;
    first.stop.cancel();

    // Whoever comes first has the lease: the one that renews it, or the other that finds it has run out.
    let second = world.node().start();
    until("the other node to win", || {
        world.clock.advance(LEASE * 2);
        world.peer.count("/first") == 2
    })
    .await;
    first.stop().await;
    until("the first request to be gone", || world.peer.present() == 1).await;

    world.peer.release();
    assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (2, 1));
    second.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_that_claims_back_what_it_still_runs_does_not_run_it_twice(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Held]);
    let mut plan = world.node();
    plan.lease = NEVER_RENEWED;
    let node = plan.start();
    let id = world.run(TWO_CALLS).await;
    world.requests("/first", 1).await;

    // As after an outage of the database that outlasted the lease. The next claim takes all that is due.
    world.clock.advance(NEVER_RENEWED);
    // One that has to wait for its turn is claimed; others are born running.
    let other = world.workflow("steps: [{ uses: set, with: { a: 1 } }]").await;
    let gate = Some(Gate { key: "one".to_owned(), limit: 1 });
    let other = world.begin_with(&other, |new| new.gate = gate).await;
    world.ended(other).await;
    world.logged("claimed again before its run was over").await;
    world.peer.release();

    assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    node.stop().await;
    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (1, 1));
}
