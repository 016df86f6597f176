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

/// What a statement sets that takes executions from whoever had them: a claim that is still there has ended with its
/// process, or without a word. One that has left something in the journal since the last such one is the first.
macro_rules! counting_lost_claims {
    () => {
        "lost_claims = CASE WHEN status <> 'running' THEN lost_claims
            WHEN lost_claims > 0 AND lost_entry = (
                SELECT coalesce(max(seq), 0) FROM journal WHERE journal.execution_id = executions.id
            ) THEN lost_claims + 1 ELSE 1 END,
        lost_entry = CASE WHEN status <> 'running' THEN lost_entry ELSE (
            SELECT coalesce(max(seq), 0) FROM journal WHERE journal.execution_id = executions.id
        ) END"
    };
}

pub(crate) use counting_lost_claims;

const RELEASE_ALL: &str = concat!(
    "UPDATE executions SET status = 'queued', lease_owner = NULL, due_at = created_at, ",
    counting_lost_claims!(),
    " WHERE status = 'running' AND finished_at IS NULL"
);

const HAND_BACK_ALL: &str = "
    UPDATE executions SET status = 'queued', lease_owner = NULL, due_at = created_at
    WHERE lease_owner = $1 AND status = 'running' AND finished_at IS NULL";

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
            let renewed: Vec<(Uuid, Option<String>)> = on_either!(&self.pools().write, |pool: Database| {
                let mut query = QueryBuilder::<Database>::new("UPDATE executions SET due_at = ");
                query.push_bind(until.as_micros()).push(" WHERE lease_owner = ").push_bind(node.as_uuid());
                query.push(" AND id IN (");
                rows::push_ids(&mut query, part.iter().map(|id| id.as_uuid()));
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

    /// Gives executions back that `node` holds and does not run, to be claimed from `due` on. Those that it does not hold
    /// stay as they are.
    pub async fn hand_back(
        &self,
        node: NodeId,
        executions: &[ExecutionId],
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let mut handed_back = 0;
        for part in executions.chunks(MAX_LEASES) {
            handed_back += on_either!(&self.pools().write, |pool: Database| {
                let mut query = QueryBuilder::<Database>::new(
                    "UPDATE executions SET status = 'queued', lease_owner = NULL, due_at = ",
                );
                query.push_bind(due.as_micros()).push(" WHERE lease_owner = ").push_bind(node.as_uuid());
                query.push(" AND id IN (");
                rows::push_ids(&mut query, part.iter().map(|id| id.as_uuid()));
                query.push(")");
                query.build().execute(pool).await.map(|done| done.rows_affected())
            })
            .map_err(|error| self.health().failed(error.into()))?;
        }
        if handed_back > 0 {
            self.commits().started.send_replace(());
            self.commits().changes.tell(|| executions.iter().map(|id| id.as_uuid()));
        }
        Ok(())
    }

    /// Gives back all that `node` still holds, to be claimed at once, and says how much that was. For a node that runs
    /// nothing any more. Its claims have ended well: they do not count as lost.
    pub async fn hand_back_all(&self, node: NodeId) -> Result<u64, StoreError> {
        let handed_back = on_either!(&self.pools().write, |pool| {
            sqlx::query(HAND_BACK_ALL).bind(node.as_uuid()).execute(pool).await?.rows_affected()
        });
        if handed_back > 0 {
            self.commits().started.send_replace(());
        }
        Ok(handed_back)
    }

    /// Takes every lease back, so that what an earlier process left behind can be claimed at once, and says how many
    /// there were. Only for a database that no other process uses: on SQLite, as the server starts.
    pub async fn release_all_leases(&self) -> Result<u64, StoreError> {
        Ok(on_either!(&self.pools().write, |pool| {
            sqlx::query(RELEASE_ALL).execute(pool).await?.rows_affected()
        }))
    }
}
