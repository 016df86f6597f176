//! Executions that are born running: on a node that has room and nothing else to do. Their first write records them.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{
    Birth, ClaimedExecution, Ending, FirstWrite, Gate, HeldLease, Intake, NewExecution, NodeId, Parent,
    Recorded, SeatOffer, Seated, Seats, Slot, Slots, StoreError, WriteError,
};
use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use futures::FutureExt as _;
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{Fixture, NOON, event, execution, head, node, step};

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

/// Something that has come in and is to begin.
struct Newborn {
    execution: ClaimedExecution,
    slot: Slot,
    birth: Birth,
    /// What whoever brought it is told.
    told: JoinHandle<Result<Recorded, StoreError>>,
}

impl Room {
    fn open(fixture: &Fixture, slots: usize) -> Self {
        let (node, slots, clock) = (node(), Slots::new(slots), Arc::new(TestClock::at(NOON)));
        let offer = SeatOffer {
            node,
            lease: LEASE,
            slots: Arc::clone(&slots),
            clock: Arc::<TestClock>::clone(&clock),
            stop: CancellationToken::new(),
        };
        let (seats, seated) = fixture.store.offer_seats(offer);
        seats.open();
        Self { node, slots, clock, seats, seated }
    }

    async fn newborn(&mut self, fixture: &Fixture, intake: Intake) -> Newborn {
        let store = fixture.store.clone();
        let told = tokio::spawn(async move { store.record(intake).await });
        let (execution, slot, birth) = self.seated.next().await.unwrap();
        Newborn { execution: *execution, slot, birth, told }
    }
}

impl Newborn {
    /// Records it as one that goes on.
    async fn goes_on(self, fixture: &Fixture) -> (ClaimedExecution, Slot) {
        self.birth.record(&fixture.store, FirstWrite::Runs(Vec::new())).await.unwrap();
        assert_eq!(self.told.await.unwrap().unwrap(), Recorded::Accepted(self.execution.id));
        (self.execution, self.slot)
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

    let delivered = room.newborn(&fixture, event(&workflow, "evt_1")).await;
    let by_hand = Intake {
        // Read by whoever brings it.
        parsed: Some(json!({ "data": 1.5 })),
        delivery: None,
        execution: Some(NewExecution {
            raw: Some(bytes::Bytes::from_static(br#"{"data": 1.5}"#)),
            event: Some(head("evt_2")),
            inputs: Some(json!({ "a": [1] })),
            sealed: Some(vec![1, 2]),
            ..execution(&workflow)
        }),
    };
    let by_hand = room.newborn(&fixture, by_hand).await;
    let (first, _slot) = delivered.goes_on(&fixture).await;
    let (second, _other_slot) = by_hand.goes_on(&fixture).await;

    // Nobody else has them before the lease ends, and whoever has them then is given the same.
    let other = node();
    assert!(fixture.store.claim(other, 10, NOON.plus(LEASE), LEASE).await.unwrap().is_empty());
    let claimed = fixture.store.claim(other, 10, NOON.plus(LEASE).plus(SECOND), LEASE).await.unwrap();
    assert_eq!(first.started_at, NOON.plus(SECOND));
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
    let newborn = room.newborn(&fixture, event(&workflow, "evt_1")).await;
    let id = newborn.execution.id;
    assert_eq!(fixture.store.execution(id).await.unwrap(), None, "nothing is written before its first write");
    let known = vec![step("lead", StepStatus::Running)];

    newborn.birth.record(&fixture.store, FirstWrite::Runs(known.clone())).await.unwrap();

    let stored = fixture.store.execution(id).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.steps), (ExecutionStatus::Running, known));
    let until = NOON.plus(LEASE).plus(LEASE);
    let held = fixture.store.renew_leases(room.node, &[id], until).await.unwrap();
    assert_eq!(held, [HeldLease { execution: id, cancel: None }]);
    assert_eq!(room.slots.free(), 0);
    drop(newborn.slot);
    assert_eq!(room.slots.free(), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_has_ended_by_its_first_write_is_recorded_as_it_ended(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 1);
    let mut finished = fixture.store.finished();
    let Newborn { execution, birth, told, .. } = room.newborn(&fixture, event(&workflow, "evt_1")).await;
    let mut watch = fixture.store.watch_execution(execution.id);
    let steps = vec![step("name", StepStatus::Succeeded)];
    let ending = Ending::Succeeded(Some(json!({ "name": "Northwind" })));

    let at = NOON.plus(SECOND);
    birth.record(&fixture.store, FirstWrite::Ended(steps.clone(), ending, at)).await.unwrap();

    assert_eq!(told.await.unwrap().unwrap(), Recorded::Accepted(execution.id));
    let stored = fixture.store.execution(execution.id).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.steps), (ExecutionStatus::Succeeded, steps));
    assert_eq!(stored.output, Some(json!({ "name": "Northwind" })));
    assert_eq!((stored.started_at, stored.finished_at), (Some(NOON), Some(at)));
    finished.wait().await;
    watch.wait().now_or_never().expect("whoever waits for it is told");
    let later = NOON.plus(LEASE).plus(LEASE);
    assert!(fixture.store.claim(node(), 10, later, LEASE).await.unwrap().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_waits_by_its_first_write_is_due_when_it_says(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 2);
    let mut work = fixture.store.work_available();
    let sleeps = room.newborn(&fixture, event(&workflow, "evt_1")).await;
    let waits = room.newborn(&fixture, event(&workflow, "evt_2")).await;

    let until = NOON.plus(LEASE);
    let steps = vec![step("pause", StepStatus::Waiting)];
    sleeps.birth.record(&fixture.store, FirstWrite::Waits(steps.clone(), Some(until))).await.unwrap();
    waits.birth.record(&fixture.store, FirstWrite::Waits(steps.clone(), None)).await.unwrap();

    assert_eq!(fixture.status(waits.execution.id).await, ExecutionStatus::Waiting);
    work.wait().await;
    assert_eq!(fixture.store.next_due().await.unwrap(), Some(until));
    let claimed = fixture.store.claim(node(), 10, until, LEASE).await.unwrap();
    assert_eq!(
        claimed.iter().map(|one| (one.id, &one.steps)).collect::<Vec<_>>(),
        [(sleeps.execution.id, &steps)]
    );
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
    let (seated, slot) = room.newborn(&fixture, event(&workflow, "evt_1")).await.goes_on(&fixture).await;
    assert!(work.wait().now_or_never().is_none(), "there is nothing to claim");

    let queued = fixture.accepted(event(&workflow, "evt_2")).await;
    work.wait().await;
    drop(slot);
    // There is a slot again, but the one before is older.
    let later = fixture.accepted(event(&workflow, "evt_3")).await;

    let claimed = fixture.store.claim(room.node, 10, NOON, LEASE).await.unwrap();
    assert_eq!(claimed.iter().map(|execution| execution.id).collect::<Vec<_>>(), [queued, later]);
    room.seats.open();
    room.newborn(&fixture, event(&workflow, "evt_4")).await.goes_on(&fixture).await;
    assert_eq!(fixture.status(seated.id).await, ExecutionStatus::Running);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_must_wait_is_not_born_running(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 4);
    let (first, _slot) = room.newborn(&fixture, event(&workflow, "evt_1")).await.goes_on(&fixture).await;

    let gate = Some(Gate { key: "one".to_owned(), limit: 1 });
    let parent = Some(Parent { execution: first.id, path: "child".to_owned() });
    let plain = execution(&workflow);
    for new in [
        NewExecution { id: ExecutionId::generate(NOON), gate, ..plain.clone() },
        NewExecution { id: ExecutionId::generate(NOON), parent, ..plain.clone() },
        NewExecution { created_at: NOON.plus(SECOND), ..plain },
    ] {
        let id = fixture.accepted(Intake { parsed: None, delivery: None, execution: Some(new) }).await;
        assert_eq!(fixture.status(id).await, ExecutionStatus::Queued);
    }
    assert!(room.seated.next().now_or_never().is_none());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_duplicate_begins_and_is_never_there(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 4);
    let (_, _slot) = room.newborn(&fixture, event(&workflow, "evt_1")).await.goes_on(&fixture).await;
    let Newborn { execution, slot, birth, told } = room.newborn(&fixture, event(&workflow, "evt_1")).await;

    let ended = FirstWrite::Ended(vec![step("name", StepStatus::Succeeded)], Ending::Succeeded(None), NOON);
    let refused = birth.record(&fixture.store, ended).await.unwrap_err();

    assert!(matches!(refused, WriteError::NotRecorded), "{refused:?}");
    assert_eq!(told.await.unwrap().unwrap(), Recorded::Duplicate);
    assert_eq!(fixture.store.execution(execution.id).await.unwrap(), None);
    drop(slot);
    assert_eq!(room.slots.free(), 3);
}

#[rstest]
#[case::sqlite(
    Db::Sqlite,
    "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT raise(ABORT, 'no'); END"
)]
#[case::postgres(Db::Postgres, "ALTER TABLE deliveries ADD CONSTRAINT no_more CHECK (size < 0)")]
#[tokio::test]
async fn what_is_not_committed_is_nowhere_and_whoever_brought_it_is_told(
    #[case] db: Db,
    #[case] fault: &'static str,
) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 1);
    fixture.execute(fault).await;
    let Newborn { execution, birth, told, .. } = room.newborn(&fixture, event(&workflow, "evt_1")).await;

    let refused = birth.record(&fixture.store, FirstWrite::Runs(Vec::new())).await.unwrap_err();

    assert!(matches!(refused, WriteError::NotRecorded), "{refused:?}");
    told.await.unwrap().unwrap_err();
    assert_eq!(fixture.store.execution(execution.id).await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_its_node_drops_is_queued(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 4);
    let Newborn { execution, birth, told, .. } = room.newborn(&fixture, event(&workflow, "evt_1")).await;

    drop(birth);

    assert_eq!(told.await.unwrap().unwrap(), Recorded::Accepted(execution.id));
    assert_eq!(fixture.status(execution.id).await, ExecutionStatus::Queued);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_that_has_gone_is_given_nothing_more(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut room = Room::open(&fixture, 4);
    let before = room.newborn(&fixture, event(&workflow, "evt_1")).await;
    let Room { seats, mut seated, .. } = room;
    drop(seats);

    let after = fixture.accepted(event(&workflow, "evt_2")).await;

    assert_eq!(fixture.status(after).await, ExecutionStatus::Queued);
    assert!(seated.next().await.is_none());
    before.goes_on(&fixture).await;
}
