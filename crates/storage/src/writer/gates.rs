//! Gates: of the executions that are counted by the same key, only so many are under way at once.
//!
//! One that comes in with a gate is queued and due never, and then, in the same commit, those whose turn it is are made
//! due. So it is too when one ends. Who waits and who is under way is read from the executions themselves: there is no
//! count beside them that could come to differ.

use std::collections::BTreeMap;

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::lock;
use crate::rows;
use crate::transaction::Open;

/// What executions are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GateKey {
    pub(crate) workflow_id: Uuid,
    pub(crate) gate: String,
}

impl GateKey {
    /// The lock of the gate.
    pub(crate) fn lock_number(&self) -> i64 {
        lock::number(&[b"gate", self.workflow_id.as_bytes(), self.gate.as_bytes()])
    }
}

/// How many more are looked at than there may be room for by what has just happened: a limit that was raised takes
/// effect bit by bit.
const SURPLUS: i64 = 8;

#[derive(Debug, FromRow)]
struct Queued {
    id: Uuid,
    gate_limit: i64,
    held: i64,
}

const QUEUED: &str = "
    SELECT id, gate_limit, (
        SELECT count(*) FROM executions held
        WHERE held.workflow_id = $1 AND held.gate = $2 AND held.gate IS NOT NULL AND held.finished_at IS NULL
            AND (held.status <> 'queued' OR held.due_at IS NOT NULL)
    ) AS held
    FROM executions
    WHERE workflow_id = $1 AND gate = $2 AND gate IS NOT NULL AND status = 'queued' AND due_at IS NULL
    ORDER BY id LIMIT $3";

const ADMIT: &str = "UPDATE executions SET due_at = created_at WHERE status = 'queued' AND id IN (";

/// Lets in whose turn it is at the gates where something has changed: each as often as something has. Says whether
/// anyone was let in.
pub(crate) async fn admit(open: &mut Open, changed: &[GateKey]) -> Result<bool, StoreError> {
    let mut gates: BTreeMap<&GateKey, i64> = BTreeMap::new();
    for gate in changed {
        *gates.entry(gate).or_default() += 1;
    }
    if gates.is_empty() {
        return Ok(false);
    }
    // Last of all locks that a batch takes, so that whoever holds one waits for nothing else.
    lock::take(open, gates.keys().map(|key| key.lock_number())).await?;
    let mut admitted = Vec::new();
    for (key, changes) in gates {
        let queued: Vec<Queued> = on_either!(&mut *open, |transaction| {
            sqlx::query_as(QUEUED)
                .bind(key.workflow_id)
                .bind(&key.gate)
                .bind(changes + SURPLUS)
                .fetch_all(&mut **transaction)
                .await?
        });
        admitted.extend(whose_turn(&queued));
    }
    if admitted.is_empty() {
        return Ok(false);
    }
    on_either!(open, |transaction: Database| {
        let mut query = QueryBuilder::<Database>::new(ADMIT);
        rows::push_ids(&mut query, admitted);
        query.push(")");
        query.build().execute(&mut **transaction).await?;
    });
    Ok(true)
}

/// The first of a queue, as far as there is room. None overtakes another: a limit holds for all that come after it.
fn whose_turn(queued: &[Queued]) -> impl Iterator<Item = Uuid> {
    let mut least = i64::MAX;
    queued
        .iter()
        .zip(1..)
        .take_while(move |(execution, place)| {
            least = least.min(execution.gate_limit);
            execution.held + place <= least
        })
        .map(|(execution, _)| execution.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_overtakes_one_whose_limit_is_less() {
        let queue = |held: i64, limits: &[i64]| -> Vec<u128> {
            let queued: Vec<Queued> = limits
                .iter()
                .zip(1..)
                .map(|(limit, id)| Queued { id: Uuid::from_u128(id), gate_limit: *limit, held })
                .collect();
            whose_turn(&queued).map(|id| id.as_u128()).collect()
        };
        assert_eq!(queue(0, &[2, 2, 2]), [1, 2]);
        assert_eq!(queue(2, &[2, 2]), []);
        assert_eq!(queue(1, &[1, 5, 5]), [], "the first one waits, and so do those behind it");
        assert_eq!(queue(0, &[5, 1, 5]), [1], "there is one before the second already");
    }
}
