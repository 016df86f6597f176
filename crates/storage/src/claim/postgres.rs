//! Claiming on PostgreSQL: nodes pass by what another is about to take.

use sqlx::PgPool;

use super::{Claim, ClaimedColumns};
use crate::error::StoreError;

// Materialized, because a planner that ran the inner query again for another row would take more than the limit.
const CLAIM: &str = "
    WITH due AS MATERIALIZED (
        SELECT id FROM executions WHERE due_at <= $3 ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED
    )
    UPDATE executions
    SET status = 'running', lease_owner = $1, due_at = $2, started_at = coalesce(started_at, $3),
        signalled = 0
    FROM due WHERE executions.id = due.id
    RETURNING executions.id, workflow_id, version, trigger_id, trigger_kind, event, inputs, retry_of, attempt,
        created_at, started_at, parent_id, parent_path, sealed, cancel_reason";

pub(crate) async fn claim(pool: &PgPool, claim: &Claim) -> Result<Vec<ClaimedColumns>, StoreError> {
    Ok(sqlx::query_as(CLAIM)
        .bind(claim.node)
        .bind(claim.lease_until)
        .bind(claim.now)
        .bind(claim.limit)
        .fetch_all(pool)
        .await?)
}
