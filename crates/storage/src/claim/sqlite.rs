//! Claiming on SQLite: in the writer's transaction, which is the only one that writes.

use sqlx::{Sqlite, Transaction};

use super::{Claim, ClaimedColumns};
use crate::error::StoreError;

const CLAIM: &str = "
    UPDATE executions
    SET status = 'running', lease_owner = $1, due_at = $2, started_at = coalesce(started_at, $3),
        signalled = 0
    WHERE id IN (SELECT id FROM executions WHERE due_at <= $3 ORDER BY due_at, id LIMIT $4)
    RETURNING id, workflow_id, version, trigger_id, trigger_kind, event, inputs, retry_of, attempt, created_at,
        started_at, parent_id, parent_path, sealed, cancel_reason";

pub(crate) async fn claim(
    transaction: &mut Transaction<'static, Sqlite>,
    claim: &Claim,
) -> Result<Vec<ClaimedColumns>, StoreError> {
    Ok(sqlx::query_as(CLAIM)
        .bind(claim.node)
        .bind(claim.lease_until)
        .bind(claim.now)
        .bind(claim.limit)
        .fetch_all(&mut **transaction)
        .await?)
}
