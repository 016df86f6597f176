//! The first write of an execution that is born running: the one that records it.

use std::sync::{Arc, Mutex, PoisonError};

use bellhop_workflow::event::parse_body;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::Seat;
use crate::claim::ClaimedExecution;
use crate::error::{StoreError, WriteError};
use crate::executions::{Ending, Intake, NewExecution, Recorded};
use crate::journal;
use crate::slots::Slot;
use crate::store::Store;
use crate::writer::{Change, IntakeRow};

/// An execution that is to begin before it is written down.
#[derive(Debug)]
pub(super) struct Newborn {
    pub(super) execution: Box<ClaimedExecution>,
    pub(super) slot: Slot,
    pub(super) birth: Birth,
}

/// What is not written down yet. It is with whoever records it and with the node that runs it; the first of them who
/// takes it writes it.
#[derive(Debug, Clone)]
struct Unrecorded(Arc<Mutex<Option<Box<IntakeRow>>>>);

impl Unrecorded {
    fn take(&self) -> Option<Box<IntakeRow>> {
        // It is whole after any panic: taking it is one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The first write of an execution that is not in the table yet. Where it is dropped, the execution is recorded all the
/// same, and queued.
#[derive(Debug)]
pub struct Birth {
    unrecorded: Unrecorded,
    node: Uuid,
    started_at: Timestamp,
    lease_until: Timestamp,
    answer: oneshot::Sender<Result<Recorded, StoreError>>,
}

/// What an execution is recorded with.
#[derive(Debug)]
pub enum FirstWrite {
    /// It goes on, and this is known of its steps.
    Runs(Vec<StepRecord>),
    /// It is put aside until then, or until something outside happens.
    Waits(Vec<StepRecord>, Option<Timestamp>),
    /// It has ended already.
    Ended(Vec<StepRecord>, Ending, Timestamp),
}

/// How an execution is written that is born running: as it stands at its first write.
#[derive(Debug)]
pub(crate) struct Born {
    /// Who has it and until when, where it goes on.
    pub(crate) lease: Option<(Uuid, i64)>,
    pub(crate) started_at: i64,
    /// How it has left its node; none where it goes on.
    pub(crate) change: Option<Change>,
    /// Its journal's first entry.
    pub(crate) records: Option<Vec<u8>>,
}

impl Born {
    pub(crate) fn status(&self) -> ExecutionStatus {
        self.change.as_ref().map_or(ExecutionStatus::Running, |change| change.status)
    }

    /// From when on a node may claim it.
    pub(crate) fn due_at(&self) -> Option<i64> {
        match &self.change {
            Some(change) => change.due_at,
            None => self.lease.map(|(_, until)| until),
        }
    }
}

impl Birth {
    /// Records the execution with what is known of it by now, and answers whoever brought it. Durable when it returns.
    pub async fn record(self, store: &Store, first: FirstWrite) -> Result<(), WriteError> {
        let (records, change) = match first {
            FirstWrite::Runs(records) => (records, None),
            FirstWrite::Waits(records, until) => (records, Some(Change::waiting(until))),
            FirstWrite::Ended(records, ending, at) => (records, Some(Change::end(&ending, at)?)),
        };
        let born = Born {
            lease: change.is_none().then(|| (self.node, self.lease_until.as_micros())),
            started_at: self.started_at.as_micros(),
            change,
            records: if records.is_empty() { None } else { Some(journal::to_stored(&records)?) },
        };
        // Taken last: where this cannot be written, whoever brought it still can.
        let Some(mut row) = self.unrecorded.take() else { return Err(WriteError::NotRecorded) };
        row.bear(born);
        let recorded = store.writer().record(row).await;
        let verdict = match &recorded {
            Ok(Recorded::Accepted(_)) => Ok(()),
            // The same event has started another before, or the database has not taken it, which whoever brought it is
            // told: there is nothing to go on with.
            Ok(Recorded::Duplicate | Recorded::Stored) | Err(_) => Err(WriteError::NotRecorded),
        };
        // Whoever brought it may have gone away: it is recorded all the same.
        drop(self.answer.send(recorded));
        verdict
    }
}

/// Records what comes in: by the node that runs it, where one has room, else by itself.
pub(crate) fn record(
    store: &Store,
    intake: Intake,
) -> impl Future<Output = Result<Recorded, StoreError>> + Send {
    // Not in the future: it, and all that wait for it, would be as large as what comes in, several times over.
    let begun = begin(store, intake);
    async move {
        let (unrecorded, answered) = match begun? {
            Begun::Queued(row) => return store.writer().record(row).await,
            Begun::Seated(unrecorded, answered) => (unrecorded, answered),
        };
        if let Ok(recorded) = answered.await {
            return recorded;
        }
        match unrecorded.take() {
            Some(row) => store.writer().record(row).await,
            // It was on its way to the disk as its node went; whether it has arrived is not known here.
            None => Err(StoreError::Closed),
        }
    }
}

/// What is to be recorded, and who does that.
enum Begun {
    /// Whoever brings it.
    Queued(Box<IntakeRow>),
    /// The node that runs it, which says what came of it.
    Seated(Unrecorded, oneshot::Receiver<Result<Recorded, StoreError>>),
}

fn begin(store: &Store, intake: Intake) -> Result<Begun, StoreError> {
    let row = Box::new(IntakeRow::prepare(&intake)?);
    let Some((seat, execution)) = seated(store, intake) else { return Ok(Begun::Queued(row)) };
    let unrecorded = Unrecorded(Arc::new(Mutex::new(Some(row))));
    let (answer, answered) = oneshot::channel();
    let Seat { node, started_at, lease_until, slot, sender } = seat;
    let birth = Birth { unrecorded: unrecorded.clone(), node, started_at, lease_until, answer };
    // A node that is gone drops it at once. With this sender, the last one may go: then a node that ends knows that nothing
    // more comes.
    drop(sender.send(Newborn { execution, slot, birth }));
    Ok(Begun::Seated(unrecorded, answered))
}

/// The place in a running node that an execution can have at once, if it is an ordinary one, and the execution as its
/// node is to have it.
fn seated(store: &Store, intake: Intake) -> Option<(Seat, Box<ClaimedExecution>)> {
    let Intake { delivery, execution, parsed } = intake;
    let new = execution.filter(is_ordinary)?;
    let seat = store.commits().offers.take(new.workflow_id.as_uuid(), new.created_at)?;
    let bytes = delivery.as_ref().map(|delivery| &delivery.body).or(new.raw.as_ref());
    let body = parsed.or_else(|| bytes.map(|bytes| parse_body(bytes)));
    let execution = Box::new(ClaimedExecution::newborn(new, body, seat.started_at));
    Some((seat, execution))
}

/// One with a gate has to wait for its turn. Whoever starts a child has to put itself aside for it. What one that repeats
/// another begins with is in the database.
const fn is_ordinary(new: &NewExecution) -> bool {
    new.gate.is_none()
        && new.parent.is_none()
        && new.retry_of.is_none()
        && new.replay_of.is_none()
        && new.steps.is_empty()
}
