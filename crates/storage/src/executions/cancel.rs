//! Cancelling: what no node has is ended here, what one runs is marked, and its node ends it.
//!
//! A mark is durable and says why. Whoever holds the execution learns of it as it renews its lease, whoever claims it
//! next as it claims it, and one that is put aside meanwhile is due at once: nothing of it is begun any more.

use std::fmt;

use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{self, StepError, StepRecord};
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::{MOST_DEADLOCKS, StoreError};
use crate::journal as stored_journal;
use crate::json;
use crate::lock;
use crate::store::Store;
use crate::text;
use crate::transaction::{self, Open};
use crate::writer::gates::{self, GateKey};
use crate::writer::{parents, records};

/// Who wants an execution to be cancelled. Written out, it is the sentence that the execution ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelledBy {
    /// Whoever runs the server.
    Operator,
    /// An execution that was cancelled, and had a step that waited for this one.
    Parent(ExecutionId),
}

impl fmt::Display for CancelledBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("an operator has cancelled it"),
            Self::Parent(parent) => {
                write!(f, "it was cancelled with the execution {parent}, which waited for it")
            }
        }
    }
}

/// What became of the wish that an execution be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// It was not under way, and has ended as cancelled.
    Cancelled,
    /// A node runs it, and will end it, if it does not come to its end before.
    Asked,
    /// It had ended as that.
    Ended(ExecutionStatus),
    /// There is no such execution.
    Unknown,
}

/// The kind of the error that a cancelled execution and its steps end with.
const KIND: &str = "cancelled";

const STANDING: &str = "SELECT workflow_id, status, due_at, gate FROM executions WHERE id = $1";

// One that waits at its gate is let in by whoever holds the gate's lock, so that it is taken before this row; any other
// holds its place already, and its row comes first, as where it ends by itself.
const END_AT_GATE: &str = "
    UPDATE executions SET status = 'cancelled', error = $2, finished_at = $3, due_at = NULL, cancel_reason = $4
    WHERE id = $1 AND status = 'queued' AND due_at IS NULL
    RETURNING parent_id";

const END: &str = "
    UPDATE executions SET status = 'cancelled', error = $2, finished_at = $3, due_at = NULL, cancel_reason = $4
    WHERE id = $1 AND (status = 'waiting' OR status = 'queued' AND due_at IS NOT NULL)
    RETURNING parent_id";

// The first wish is the one that counts.
const ASK: &str = "
    UPDATE executions SET cancel_reason = coalesce(cancel_reason, $2) WHERE id = $1 AND status = 'running'";

const JOURNAL: &str = "SELECT seq, records FROM journal WHERE execution_id = $1 ORDER BY seq";

const CHILD: &str = "
    SELECT id FROM executions WHERE parent_id = $1 AND parent_path = $2 AND finished_at IS NULL ORDER BY id LIMIT 1";

#[derive(Debug, FromRow)]
struct Standing {
    workflow_id: Uuid,
    status: String,
    due_at: Option<i64>,
    gate: Option<String>,
}

/// One transaction's work.
#[derive(Debug, Default)]
struct Cancelled {
    ended: Vec<Uuid>,
    asked: bool,
    freed: Vec<GateKey>,
    /// Children that were waited for, and who did.
    children: Vec<(Uuid, ExecutionId)>,
    /// The parent of the first one, whose step may wait for it.
    parent: Option<Uuid>,
}

/// Why a transaction is begun anew.
enum Stopped {
    /// What was looked at has changed before it could be written.
    Overtaken,
    Failed(StoreError),
}

impl<E: Into<StoreError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Store {
    /// Cancels an execution, and with it those that its steps wait for. Durable when it returns. Safe to repeat.
    pub async fn cancel(
        &self,
        execution: ExecutionId,
        by: CancelledBy,
        now: Timestamp,
    ) -> Result<CancelOutcome, StoreError> {
        let mut deadlocks = 0;
        loop {
            match self.try_cancel(execution, by, now).await {
                Ok(outcome) => return Ok(outcome),
                Err(Stopped::Overtaken) => {}
                Err(Stopped::Failed(error))
                    if deadlocks < MOST_DEADLOCKS && error.is_a_deadlock(self.dialect()) =>
                {
                    deadlocks += 1;
                }
                Err(Stopped::Failed(error)) => return Err(error),
            }
        }
    }

    async fn try_cancel(
        &self,
        execution: ExecutionId,
        by: CancelledBy,
        now: Timestamp,
    ) -> Result<CancelOutcome, Stopped> {
        let mut open = transaction::begin(&self.pools().write).await?;
        let mut done = Cancelled::default();
        let outcome = done.one(&mut open, execution, by, now).await?;
        if matches!(outcome, CancelOutcome::Ended(_) | CancelOutcome::Unknown) {
            transaction::rollback(open).await?;
            return Ok(outcome);
        }
        let parent = done.parent;
        while let Some((child, waiting)) = done.children.pop() {
            let child = ExecutionId::from_uuid(child);
            done.one(&mut open, child, CancelledBy::Parent(waiting), now).await?;
        }
        // Of all that have ended, only the first may have a parent that has not.
        let ended: Vec<(Uuid, i64)> = parent.into_iter().map(|parent| (parent, now.as_micros())).collect();
        let woken = parents::signal(&mut open, &ended).await?;
        let admitted = gates::admit(&mut open, &done.freed).await?;
        transaction::commit(open).await?;
        self.tell_of(done, woken || admitted, now);
        Ok(outcome)
    }

    fn tell_of(&self, done: Cancelled, is_work: bool, now: Timestamp) {
        for ended in &done.ended {
            self.counts().ended(*ended, ExecutionStatus::Cancelled, now.as_micros());
        }
        let commits = self.commits();
        if is_work {
            commits.started.send_replace(());
        }
        if done.asked {
            commits.cancels.send_replace(());
        }
        if !done.ended.is_empty() {
            commits.changes.tell(|| done.ended.iter().copied());
            commits.watched.tell(done.ended.into_iter());
            commits.finished.send_replace(());
        }
    }
}

impl Cancelled {
    async fn one(
        &mut self,
        open: &mut Open,
        execution: ExecutionId,
        by: CancelledBy,
        now: Timestamp,
    ) -> Result<CancelOutcome, Stopped> {
        let reason = by.to_string();
        let id = execution.as_uuid();
        let standing: Option<Standing> = on_either!(&mut *open, |transaction| {
            sqlx::query_as(STANDING).bind(id).fetch_optional(&mut **transaction).await?
        });
        let Some(standing) = standing else { return Ok(CancelOutcome::Unknown) };
        let status = standing.status.parse().map_err(|_| StoreError::Corrupt { what: "execution status" })?;
        match status {
            ExecutionStatus::Running => self.ask(open, id, &reason).await,
            ExecutionStatus::Queued | ExecutionStatus::Waiting => {
                self.end(open, execution, standing, &reason, now).await
            }
            ExecutionStatus::Succeeded | ExecutionStatus::Failed | ExecutionStatus::Cancelled => {
                Ok(CancelOutcome::Ended(status))
            }
        }
    }

    async fn ask(&mut self, open: &mut Open, id: Uuid, reason: &str) -> Result<CancelOutcome, Stopped> {
        let asked = on_either!(open, |transaction| {
            sqlx::query(ASK).bind(id).bind(reason).execute(&mut **transaction).await?.rows_affected()
        });
        if asked == 0 {
            return Err(Stopped::Overtaken);
        }
        self.asked = true;
        Ok(CancelOutcome::Asked)
    }

    async fn end(
        &mut self,
        open: &mut Open,
        execution: ExecutionId,
        standing: Standing,
        reason: &str,
        now: Timestamp,
    ) -> Result<CancelOutcome, Stopped> {
        let (id, workflow_id) = (execution.as_uuid(), standing.workflow_id);
        let gate = standing.gate.map(|gate| GateKey { workflow_id, gate });
        let waits_at_gate = standing.due_at.is_none() && standing.status == ExecutionStatus::Queued.as_str();
        if let (true, Some(gate)) = (waits_at_gate, &gate) {
            lock::take(open, std::iter::once(gate.lock_number())).await?;
        }
        let error = ExecutionError { step: None, kind: KIND.to_owned(), message: reason.to_owned() };
        let parent: Option<Option<Uuid>> = on_either!(&mut *open, |transaction| {
            sqlx::query_scalar(if waits_at_gate { END_AT_GATE } else { END })
                .bind(id)
                .bind(json::to_text(&error)?)
                .bind(now.as_micros())
                .bind(reason)
                .fetch_optional(&mut **transaction)
                .await?
        });
        let parent = parent.ok_or(Stopped::Overtaken)?;
        self.ended.push(id);
        self.freed.extend(gate);
        self.parent = self.parent.or(parent);
        self.end_steps(open, execution, reason, now).await?;
        Ok(CancelOutcome::Cancelled)
    }

    /// Ends the steps that were under way, and finds the children that they wait for.
    async fn end_steps(
        &mut self,
        open: &mut Open,
        execution: ExecutionId,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = execution.as_uuid();
        let entries: Vec<(i64, Vec<u8>)> = on_either!(&mut *open, |transaction| {
            sqlx::query_as(JOURNAL).bind(id).fetch_all(&mut **transaction).await?
        });
        let Some((last, _)) = entries.last() else { return Ok(()) };
        let next = last + 1;
        let mut steps: Vec<StepRecord> = Vec::new();
        for (_, entry) in entries {
            steps.extend(stored_journal::from_stored(entry)?);
        }
        let steps = journal::fold(steps);
        let error = StepError { kind: KIND.to_owned(), message: reason.to_owned(), status: None };
        let cut_short = journal::cut_short(&steps, &error, now);
        if !cut_short.is_empty() {
            records::append(open, &[(id, next, stored_journal::to_stored(&cut_short)?.into())]).await?;
        }
        for path in journal::awaited_children(&steps) {
            let child: Option<Uuid> = on_either!(&mut *open, |transaction| {
                let query = sqlx::query_scalar(CHILD).bind(id).bind(text::key(&path));
                query.fetch_optional(&mut **transaction).await?
            });
            self.children.extend(child.map(|child| (child, execution)));
        }
        Ok(())
    }
}
