//! Claiming on PostgreSQL: nodes pass by what another is about to take.

use std::collections::HashMap;

use sqlx::PgPool;
use uuid::Uuid;

use super::heads::{self, Head};
use super::share::Share;
use super::{Claim, ClaimedColumns, Taken, divide};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::leases::counting_lost_claims;

// Materialized, because a planner that ran the inner query again for another row would take more than the limit. As an
// array, because it takes a limit that it does not know for a tenth of the backlog, and would read the whole table for it.
pub(super) const CLAIM: &str = concat!(
    "WITH due AS MATERIALIZED (
        SELECT first.id
        FROM unnest($4::uuid[], $5::bigint[]) AS share (workflow_id, most)
        CROSS JOIN LATERAL (
            SELECT id FROM executions
            WHERE executions.workflow_id = share.workflow_id AND due_at <= $3
            ORDER BY due_at, id LIMIT share.most
            FOR UPDATE SKIP LOCKED
        ) AS first
    )
    UPDATE executions
    SET status = 'running', lease_owner = $1, due_at = $2, started_at = coalesce(started_at, $3),
        signalled = 0, ",
    counting_lost_claims!(),
    "
    WHERE id = ANY (ARRAY(SELECT due.id FROM due))
    RETURNING id, workflow_id, version, trigger_id, trigger_kind, event, inputs, retry_of, attempt,
        created_at, started_at, parent_id, parent_path, sealed, trace, cancel_reason, lost_claims"
);

pub(crate) async fn claim(pool: &PgPool, claim: &Claim) -> Result<Taken, StoreError> {
    let heads: Vec<Head> =
        sqlx::query_as(heads::due(Dialect::Postgres)).bind(claim.now).fetch_all(pool).await?;
    let shares = divide(&heads, &claim.standings);
    let (workflows, most): (Vec<Uuid>, Vec<i64>) = shares
        .iter()
        .filter(|share| share.most > 0)
        .map(|share| (share.workflow_id, i64::try_from(share.most).unwrap_or(i64::MAX)))
        .unzip();
    let columns: Vec<ClaimedColumns> = if workflows.is_empty() {
        Vec::new()
    } else {
        sqlx::query_as(CLAIM)
            .bind(claim.node)
            .bind(claim.lease_until)
            .bind(claim.now)
            .bind(workflows)
            .bind(most)
            .fetch_all(pool)
            .await?
    };
    let mut counts: HashMap<Uuid, usize> = HashMap::new();
    for row in &columns {
        *counts.entry(row.workflow_id).or_default() += 1;
    }
    let has_more = |share: &&Share| counts.get(&share.workflow_id).copied().unwrap_or_default() == share.most;
    let left = shares.iter().filter(has_more).map(|share| share.workflow_id).collect();
    Ok(Taken { columns, left })
}
