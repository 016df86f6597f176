//! Leases: how long a node may go on with what it has claimed.

use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::time::Timestamp;
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::node::NodeId;
use crate::rows;
use crate::store::Store;

/// How many leases one statement renews: far below both databases' limits of parameters.
const MAX_LEASES: usize = 1_024;

const RELEASE_ALL: &str = "
    UPDATE executions SET status = 'queued', lease_owner = NULL, due_at = created_at WHERE status = 'running'
        AND finished_at IS NULL";

const HAND_BACK: &str = "
    UPDATE executions SET status = 'queued', lease_owner = NULL, due_at = $3 WHERE id = $1 AND lease_owner = $2";

/// An execution whose lease a node has renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLease {
    /// Which.
    pub execution: ExecutionId,
    /// Why it is to be cancelled, where somebody has asked for that.
    pub cancel: Option<String>,
}

impl Store {
    /// Has `node` keep the executions until then, and says which of them it still holds, and which of those are to stop.
    pub async fn renew_leases(
        &self,
        node: NodeId,
        executions: &[ExecutionId],
        until: Timestamp,
    ) -> Result<Vec<HeldLease>, StoreError> {
        let mut held = Vec::with_capacity(executions.len());
        for part in executions.chunks(MAX_LEASES) {
            let ids = rows::padded(part.iter().map(|id| id.as_uuid()));
            let renewed: Vec<(Uuid, Option<String>)> = on_either!(&self.pools().write, |pool: Database| {
                let mut query = QueryBuilder::<Database>::new("UPDATE executions SET due_at = ");
                query.push_bind(until.as_micros()).push(" WHERE lease_owner = ").push_bind(node.as_uuid());
                query.push(" AND id IN (");
                let mut list = query.separated(", ");
                for id in ids {
                    list.push_bind(id);
                }
                query.push(") RETURNING id, cancel_reason");
                query.build_query_as().fetch_all(pool).await
            })
            .map_err(|error| self.health().failed(error.into()))?;
            held.extend(
                renewed
                    .into_iter()
                    .map(|(id, cancel)| HeldLease { execution: ExecutionId::from_uuid(id), cancel }),
            );
        }
        Ok(held)
    }

    /// Gives an execution back that `node` holds and does not run, so that it can be claimed at once. Nothing where it
    /// does not hold it.
    pub async fn hand_back(
        &self,
        node: NodeId,
        execution: ExecutionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let handed_back = on_either!(&self.pools().write, |pool| {
            sqlx::query(HAND_BACK)
                .bind(execution.as_uuid())
                .bind(node.as_uuid())
                .bind(now.as_micros())
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
        })
        .map_err(|error| self.health().failed(error.into()))?;
        if handed_back > 0 {
            self.commits().started.send_replace(());
        }
        Ok(())
    }

    /// Takes every lease back, so that what an earlier process left behind can be claimed at once, and says how many
    /// there were. Only for a database that no other process uses: on SQLite, as the server starts.
    pub async fn release_all_leases(&self) -> Result<u64, StoreError> {
        Ok(on_either!(&self.pools().write, |pool| {
            sqlx::query(RELEASE_ALL).execute(pool).await?.rows_affected()
        }))
    }
}
