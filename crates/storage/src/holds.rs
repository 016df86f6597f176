//! What one node works on alone, for longer than a transaction may last: a vendor is called meanwhile.
//!
//! A hold has an end, so that a node that dies lets go of it; whoever needs it longer takes it again before.

use bellhop_workflow::time::Timestamp;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::node::NodeId;
use crate::store::Store;

const TAKE: &str = "
    INSERT INTO holds (name, holder, held_until) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
    WHERE holds.holder = excluded.holder OR holds.held_until <= $4";

const LET_GO: &str = "DELETE FROM holds WHERE name = $1 AND holder = $2";

impl Store {
    /// Takes hold of what `name` stands for, or goes on holding it, until `until`. False where another node has it.
    pub async fn take_hold(
        &self,
        name: &str,
        node: NodeId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let taken = on_either!(&self.pools().write, |pool| {
            sqlx::query(TAKE)
                .bind(name)
                .bind(node.as_uuid())
                .bind(until.as_micros())
                .bind(now.as_micros())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(taken > 0)
    }

    /// Lets go of it; nothing where this node does not hold it.
    pub async fn let_go(&self, name: &str, node: NodeId) -> Result<(), StoreError> {
        on_either!(&self.pools().write, |pool| {
            sqlx::query(LET_GO).bind(name).bind(node.as_uuid()).execute(pool).await?;
        });
        Ok(())
    }
}
