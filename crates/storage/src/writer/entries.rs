//! What nodes write about the executions that they hold: journals, what becomes of the executions, and what goes with
//! it in the same commit.

use std::borrow::Cow;

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepRecord;
use uuid::Uuid;

use super::answers::{self, AnswerRow};
use super::gates::GateKey;
use super::leases::{self, Lease};
use super::records::JournalRow;
use super::state::{self, StateEntry};
use super::{parents, records};
use crate::error::StoreError;
use crate::state::StateError;
use crate::transaction::Open;

/// What a node writes about an execution that it holds.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) execution: Uuid,
    pub(crate) node: Uuid,
    /// Step records, as the journal has them.
    pub(crate) records: Option<Vec<u8>>,
    /// What becomes of it; none where it goes on.
    pub(crate) change: Option<Change>,
    /// What else is written with it.
    pub(crate) extra: Option<Extra>,
}

/// How an execution leaves its node.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) status: ExecutionStatus,
    pub(crate) output: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) due_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
}

/// What few steps write beside their records.
#[derive(Debug)]
pub(crate) enum Extra {
    /// A change of a durable key, whose record is made of what it gives.
    State(StateEntry),
    /// An answer to the request that waits.
    Answer(AnswerRow),
}

/// What became of an entry.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Its node does not hold the execution: nothing of it was written.
    Lost,
    /// It was written.
    Written,
    /// It was written with this as the state step's record, or not at all because the change is not possible.
    State(Result<Box<StepRecord>, StateError>),
}

/// What a batch of entries came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// For each entry, in their order.
    pub(super) verdicts: Vec<Verdict>,
    /// What ended executions were counted by: there may be room for others.
    pub(super) freed: Vec<GateKey>,
    /// Whether something is due, now or at an instant, that was not before.
    pub(super) woken: bool,
}

impl Entry {
    /// Whether nothing more happens to the execution.
    pub(crate) fn is_an_end(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.status.is_final())
    }

    /// Whether a request that waits is answered.
    pub(crate) fn is_an_answer(&self) -> bool {
        matches!(self.extra, Some(Extra::Answer(_)))
    }

    /// Roughly how many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        let output = self.change.as_ref().and_then(|change| change.output.as_ref());
        let extra = match &self.extra {
            Some(Extra::State(_)) => StateEntry::SIZE,
            Some(Extra::Answer(answer)) => answer.size(),
            None => 0,
        };
        self.records.as_ref().map_or(0, Vec::len) + output.map_or(0, String::len) + extra
    }
}

/// Says of each entry what became of it. What a node did not hold is not written. What goes into journals is added to
/// `journal`, for the caller to write.
pub(super) async fn write<'a>(
    open: &mut Open,
    entries: &[&'a Entry],
    journal: &mut Vec<JournalRow<'a>>,
) -> Result<Outcome, StoreError> {
    // Before the leases, so that all nodes take their locks in the same order of kinds.
    let mut keys = state::load(open, entries).await?;
    let mut leases = leases::read(open, entries).await?;
    let mut written = Written::default();
    let mut outcome = Outcome::default();
    for entry in entries {
        let lease = leases.get_mut(&entry.execution).filter(|lease| lease.owner == Some(entry.node));
        let Some(lease) = lease else {
            outcome.verdicts.push(Verdict::Lost);
            continue;
        };
        let verdict = if let Some(Extra::State(change)) = &entry.extra {
            let applied = keys.apply(open, entry.execution, change).await?;
            Verdict::State(applied.map(|applied| {
                journal.extend(lease.entry(applied.records.map(Cow::Owned)));
                Box::new(applied.record)
            }))
        } else {
            journal.extend(lease.entry(entry.records.as_deref().map(Cow::Borrowed)));
            Verdict::Written
        };
        if let Some(Extra::Answer(answer)) = &entry.extra {
            written.answers.push((entry.execution, answer));
        }
        if let Some(change) = &entry.change {
            written.change(lease, entry, change, &mut outcome);
        }
        outcome.verdicts.push(verdict);
    }
    records::change(open, &written.changes).await?;
    keys.write(open).await?;
    answers::write(open, &written.answers).await?;
    outcome.woken |= parents::signal(open, &written.ended_children).await?;
    Ok(outcome)
}

/// What is to be written of those that hold their leases.
#[derive(Debug, Default)]
struct Written<'a> {
    changes: Vec<(Uuid, &'a Change, Option<i64>)>,
    answers: Vec<(Uuid, &'a AnswerRow)>,
    /// The parents, and when their child ended.
    ended_children: Vec<(Uuid, i64)>,
}

impl<'a> Written<'a> {
    fn change(&mut self, lease: &mut Lease, entry: &'a Entry, change: &'a Change, outcome: &mut Outcome) {
        // Given back: whatever else this batch has of the same execution comes too late.
        lease.owner = None;
        let mut due_at = change.due_at;
        if change.status == ExecutionStatus::Waiting {
            if lease.signalled != 0 || lease.cancel_reason.is_some() {
                // What it waits for may have happened since it last looked, or it is not to wait any more: somebody
                // looks again at once.
                due_at = lease.started_at;
            }
            // Nodes wait for what is due next, which may be this now.
            outcome.woken |= due_at.is_some();
        }
        self.changes.push((entry.execution, change, due_at));
        let Some(finished_at) = change.finished_at else { return };
        if let Some(gate) = lease.gate.take() {
            outcome.freed.push(GateKey { workflow_id: lease.workflow_id, gate });
        }
        if let Some(parent) = lease.parent_id {
            self.ended_children.push((parent, finished_at));
        }
    }
}
