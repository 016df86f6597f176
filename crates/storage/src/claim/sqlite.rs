//! Claiming on SQLite: in the writer's transaction, which is the only one that writes.

use sqlx::{Sqlite, Transaction};

use super::heads::{self, Head};
use super::{Claim, Taken, divide};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::leases::counting_lost_claims;

pub(super) const CLAIM: &str = concat!(
    "UPDATE OR FAIL executions
    SET status = 'running', lease_owner = $1, due_at = $2, started_at = coalesce(started_at, $3),
        signalled = 0, ",
    counting_lost_claims!(),
    "
    WHERE id IN (
        SELECT id FROM executions INDEXED BY executions_due
        WHERE workflow_id = $4 AND due_at <= $3 ORDER BY due_at, id LIMIT $5
    )
    RETURNING id, workflow_id, version, trigger_id, trigger_kind, event, inputs, retry_of, attempt, created_at,
        started_at, parent_id, parent_path, sealed, trace, cancel_reason, lost_claims"
);

pub(crate) async fn claim(
    transaction: &mut Transaction<'static, Sqlite>,
    claim: &Claim,
) -> Result<Taken, StoreError> {
    let heads: Vec<Head> =
        sqlx::query_as(heads::due(Dialect::Sqlite)).bind(claim.now).fetch_all(&mut **transaction).await?;
    let mut taken = Taken::default();
    // Most often there is one.
    for share in divide(&heads, &claim.standings) {
        let columns = if share.most == 0 {
            Vec::new()
        } else {
            sqlx::query_as(CLAIM)
                .bind(claim.node)
                .bind(claim.lease_until)
                .bind(claim.now)
                .bind(share.workflow_id)
                .bind(i64::try_from(share.most).unwrap_or(i64::MAX))
                .fetch_all(&mut **transaction)
                .await?
        };
        if columns.len() == share.most {
            taken.left.push(share.workflow_id);
        }
        taken.columns.extend(columns);
    }
    Ok(taken)
}
