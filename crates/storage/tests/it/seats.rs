//! Executions that are born running: on a node that has room and nothing else to do.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{
    ClaimedExecution, Gate, HeldLease, Intake, NewExecution, NodeId, Parent, Recorded, SeatOffer, Seated,
    Seats, Slots,
};
use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use futures::FutureExt as _;
use rstest::rstest;
use serde_json::json;

use crate::support::{Fixture, NOON, event, execution, head, node};

const LEASE: Duration = Duration::from_secs(30);
const SECOND: Duration = Duration::from_secs(1);

/// A node that offers so many slots, from noon on.
struct Room {
    node: NodeId,
    slots: Arc<Slots>,
    clock: Arc<TestClock>,
    seats: Seats,
    seated: Seated,
}

impl Room {
    fn open(fixture: &Fixture, slots: usize) -> Self {
        let (node, slots, clock) = (node(), Slots::new(slots), Arc::new(TestClock::at(NOON)));
        let offer = SeatOffer {
            node,
            lease: LEASE,
            slots: Arc::clone(&slots),
            clock: Arc::<TestClock>::clone(&clock),
        };
        let (seats, seated) = fixture.store.offer_seats(offer);
        seats.open();
        Self { node, slots, clock, seats, seated }
    }
}

impl Fixture {
    async fn status(&self, id: ExecutionId) -> ExecutionStatus {
        self.store.execution(id).await.unwrap().unwrap().status
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_is_born_running_is_the_same_as_one_that_was_claimed(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 2);
    room.clock.advance(SECOND);

    let delivered = fixture.accepted(event(&workflow, "evt_1")).await;
    let by_hand = Intake {
        delivery: None,
        execution: Some(NewExecution {
            raw: Some(bytes::Bytes::from_static(br#"{"data": 1.5}"#)),
            event: Some(head("evt_2")),
            inputs: Some(json!({ "a": [1] })),
            sealed: Some(vec![1, 2]),
            ..execution(&workflow)
        }),
    };
    let by_hand = fixture.accepted(by_hand).await;

    // Nobody else has them before the lease ends, and whoever has them then is given the same.
    let other = node();
    assert!(fixture.store.claim(other, 10, NOON.plus(LEASE), LEASE).await.unwrap().is_empty());
    let claimed = fixture.store.claim(other, 10, NOON.plus(LEASE).plus(SECOND), LEASE).await.unwrap();
    let (first, _slot) = room.seated.next().await.unwrap();
    let (second, _other_slot) = room.seated.next().await.unwrap();
    assert_eq!((first.id, first.started_at), (delivered, NOON.plus(SECOND)));
    assert_eq!(second.id, by_hand);
    // But for its being the second one that has them.
    let again = |execution: ClaimedExecution| ClaimedExecution { lost_claims: 1, ..execution };
    assert_eq!([again(first), again(second)], claimed[..]);
    assert_eq!(room.slots.free(), 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn its_node_holds_it(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 1);

    let id = fixture.accepted(event(&workflow, "evt_1")).await;

    assert_eq!(fixture.status(id).await, ExecutionStatus::Running);
    let until = NOON.plus(LEASE).plus(LEASE);
    let held = fixture.store.renew_leases(room.node, &[id], until).await.unwrap();
    assert_eq!(held, [HeldLease { execution: id, cancel: None }]);
    let (execution, slot) = room.seated.next().await.unwrap();
    assert_eq!(execution.id, id);
    assert_eq!(room.slots.free(), 0);
    drop(slot);
    assert_eq!(room.slots.free(), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn without_a_seat_it_is_queued_and_so_is_what_comes_after_it(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 1);
    let mut work = fixture.store.work_available();
    let seated = fixture.accepted(event(&workflow, "evt_1")).await;
    assert!(work.wait().now_or_never().is_none(), "there is nothing to claim");

    let queued = fixture.accepted(event(&workflow, "evt_2")).await;
    work.wait().await;
    drop(room.seated.next().await.unwrap());
    // There is a slot again, but the one before is older.
    let later = fixture.accepted(event(&workflow, "evt_3")).await;

    let claimed = fixture.store.claim(room.node, 10, NOON, LEASE).await.unwrap();
    assert_eq!(claimed.iter().map(|execution| execution.id).collect::<Vec<_>>(), [queued, later]);
    room.seats.open();
    let last = fixture.accepted(event(&workflow, "evt_4")).await;
    assert_eq!(room.seated.next().await.unwrap().0.id, last);
    assert_eq!(fixture.status(seated).await, ExecutionStatus::Running);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_must_wait_is_not_born_running(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 4);
    let first = fixture.accepted(event(&workflow, "evt_1")).await;
    let (_, _slot) = room.seated.next().await.unwrap();

    let gate = Some(Gate { key: "one".to_owned(), limit: 1 });
    let parent = Some(Parent { execution: first, path: "child".to_owned() });
    let plain = execution(&workflow);
    for new in [
        NewExecution { id: ExecutionId::generate(NOON), gate, ..plain.clone() },
        NewExecution { id: ExecutionId::generate(NOON), parent, ..plain.clone() },
        NewExecution { created_at: NOON.plus(SECOND), ..plain },
    ] {
        let id = fixture.accepted(Intake { delivery: None, execution: Some(new) }).await;
        assert_eq!(fixture.status(id).await, ExecutionStatus::Queued);
    }
    let again = fixture.store.record(event(&workflow, "evt_1")).await.unwrap();

    assert_eq!(again, Recorded::Duplicate);
    assert!(room.seated.next().now_or_never().is_none());
    assert_eq!(room.slots.free(), 3, "a duplicate keeps no slot");
}

#[rstest]
#[case::sqlite(
    Db::Sqlite,
    "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT raise(ABORT, 'no'); END"
)]
#[case::postgres(Db::Postgres, "ALTER TABLE deliveries ADD CONSTRAINT no_more CHECK (size < 0)")]
#[tokio::test]
async fn what_is_not_committed_is_handed_to_nobody(#[case] db: Db, #[case] fault: &'static str) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 1);
    fixture.execute(fault).await;

    fixture.store.record(event(&workflow, "evt_1")).await.unwrap_err();

    assert!(room.seated.next().now_or_never().is_none());
    assert_eq!(room.slots.free(), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_that_has_gone_is_given_nothing_more(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let Room { seats, mut seated, .. } = Room::open(&fixture, 4);
    let before = fixture.accepted(event(&workflow, "evt_1")).await;
    drop(seats);

    let after = fixture.accepted(event(&workflow, "evt_2")).await;

    assert_eq!(seated.next().await.unwrap().0.id, before, "what was its own already still comes");
    assert!(seated.next().await.is_none());
    assert_eq!(fixture.status(after).await, ExecutionStatus::Queued);
}
