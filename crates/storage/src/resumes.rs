//! Waits for something outside: what they are resumed with, once.

use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::store::Store;
use crate::text;
use crate::transaction;

/// What became of a call that resumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeOutcome {
    /// It is kept for the step, which goes on, or will when it is reached.
    Accepted,
    /// Another call came first.
    AlreadyResumed,
    /// The step's time ran out first.
    Expired,
    /// The execution has ended without it.
    Ended,
    /// There is no such execution.
    Unknown,
}

// First, because it keeps the row from everyone else until the end of the transaction.
const SIGNAL: &str = "
    UPDATE executions SET signalled = 1, due_at = CASE WHEN status = 'waiting' THEN $2 ELSE due_at END
    WHERE id = $1 AND finished_at IS NULL";

const STANDING: &str = "
    SELECT e.finished_at IS NOT NULL, (SELECT count(*) FROM resumes r WHERE r.execution_id = e.id AND r.path = $2),
        (SELECT r.payload FROM resumes r WHERE r.execution_id = e.id AND r.path = $2)
    FROM executions e WHERE e.id = $1";

const KEEP: &str = "
    INSERT INTO resumes (execution_id, path, payload, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (execution_id, path) DO NOTHING";

const KEPT: &str = "SELECT payload FROM resumes WHERE execution_id = $1 AND path = $2";

impl Store {
    /// Resumes the wait at `path`, or will when the execution comes to it. Durable when it returns, and the execution is
    /// due at once where it is put aside. The first call decides.
    pub async fn resume(
        &self,
        execution: ExecutionId,
        path: &str,
        payload: &Value,
        now: Timestamp,
    ) -> Result<ResumeOutcome, StoreError> {
        let payload = json::to_text(payload)?;
        let (id, path) = (execution.as_uuid(), text::key(path));
        let mut open = transaction::begin(&self.pools().write).await?;
        let accepted = on_either!(&mut open, |transaction| {
            let unfinished =
                sqlx::query(SIGNAL).bind(id).bind(now.as_micros()).execute(&mut **transaction).await?;
            let kept = if unfinished.rows_affected() == 1 {
                sqlx::query(KEEP)
                    .bind(id)
                    .bind(&path)
                    .bind(&payload)
                    .bind(now.as_micros())
                    .execute(&mut **transaction)
                    .await?
                    .rows_affected()
            } else {
                0
            };
            kept == 1
        });
        if !accepted {
            transaction::rollback(open).await?;
            return self.resumable(execution, &path).await;
        }
        transaction::commit(open).await?;
        self.commits().started.send_replace(());
        Ok(ResumeOutcome::Accepted)
    }

    /// What [`Store::resume`] would come to now. Changes nothing.
    pub async fn resumable(&self, execution: ExecutionId, path: &str) -> Result<ResumeOutcome, StoreError> {
        let found: Option<(bool, i64, Option<String>)> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(STANDING)
                .bind(execution.as_uuid())
                .bind(text::key(path))
                .fetch_optional(pool)
                .await?
        });
        Ok(match found {
            None => ResumeOutcome::Unknown,
            Some((_, _, Some(_))) => ResumeOutcome::AlreadyResumed,
            Some((true, ..)) => ResumeOutcome::Ended,
            Some((false, 1, None)) => ResumeOutcome::Expired,
            Some((false, ..)) => ResumeOutcome::Accepted,
        })
    }

    /// What the wait at `path` was resumed with.
    pub async fn resumed(&self, execution: ExecutionId, path: &str) -> Result<Option<Value>, StoreError> {
        let payload: Option<Option<String>> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(KEPT)
                .bind(execution.as_uuid())
                .bind(text::key(path))
                .fetch_optional(pool)
                .await?
        });
        json::from_text_option("resume payload", payload.flatten().as_deref())
    }

    /// Ends the wait at `path` because its time has run out, so that no later call is told that it has resumed it.
    /// Where a call came first, it gives what that brought, and the wait was resumed.
    pub async fn expire_wait(
        &self,
        execution: ExecutionId,
        path: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        let expired = on_either!(&self.pools().write, |pool| {
            sqlx::query(KEEP)
                .bind(execution.as_uuid())
                .bind(text::key(path))
                .bind(None::<String>)
                .bind(now.as_micros())
                .execute(pool)
                .await?
                .rows_affected()
        });
        if expired == 1 { Ok(None) } else { self.resumed(execution, path).await }
    }
}
