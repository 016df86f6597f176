//! Deleting executions with everything that is theirs.

use std::collections::BTreeMap;

use bellhop_workflow::time::Timestamp;
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::transaction::Open;

// Asked again here, whatever the caller has found: one that has not ended is never deleted, nor one that a parent which
// goes on may ask for.
const EXECUTIONS: &str = "
    DELETE FROM executions WHERE finished_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM executions p WHERE p.id = executions.parent_id AND p.finished_at IS NULL)
        AND id IN (";

const RETURNING: &str = " RETURNING id, delivery_id, finished_at, workflow_id, trigger_kind,
    CASE WHEN dedup_key IS NULL THEN NULL ELSE created_at END AS keyed_at";

const OF_EXECUTIONS: [&str; 3] = [
    "DELETE FROM journal WHERE execution_id IN (",
    "DELETE FROM resumes WHERE execution_id IN (",
    "DELETE FROM answers WHERE execution_id IN (",
];

/// A delivery goes with the last execution that came from it.
const DELIVERIES: &str = "
    DELETE FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM executions e WHERE e.delivery_id = deliveries.id)
        AND id IN (";

// Whoever fetches a vendor's events again must know from when on the history says whether they have run.
const FORGET: &str = "
    UPDATE workflows SET forgotten_until = $2
    WHERE id = $1 AND (forgotten_until IS NULL OR forgotten_until < $2)";

/// An execution that was deleted.
#[derive(Debug, FromRow)]
struct Gone {
    id: Uuid,
    delivery_id: Option<Uuid>,
    finished_at: i64,
    workflow_id: Uuid,
    trigger_kind: String,
    /// When the event came that started it, where one did that is known by a key.
    keyed_at: Option<i64>,
}

/// What was deleted.
#[derive(Debug, Default)]
pub(crate) struct Deleted {
    pub(crate) executions: u64,
    /// The latest end of one of them.
    pub(crate) latest: Option<Timestamp>,
}

/// Deletes those of the executions that may go, with their journals and the deliveries that they came from.
pub(crate) async fn delete(open: &mut Open, executions: &[Uuid]) -> Result<Deleted, StoreError> {
    if executions.is_empty() {
        return Ok(Deleted::default());
    }
    let gone: Vec<Gone> = on_either!(&mut *open, |transaction: Database| {
        let mut query = listed::<Database>(EXECUTIONS, executions);
        query.push(RETURNING);
        query.build_query_as().fetch_all(&mut **transaction).await?
    });
    let ids: Vec<Uuid> = gone.iter().map(|gone| gone.id).collect();
    for statement in OF_EXECUTIONS {
        run(open, statement, &ids).await?;
    }
    let deliveries: Vec<Uuid> = gone.iter().filter_map(|gone| gone.delivery_id).collect();
    run(open, DELIVERIES, &deliveries).await?;
    forget(open, &gone).await?;
    let latest = gone.iter().map(|gone| Timestamp::from_micros(gone.finished_at)).max();
    Ok(Deleted { executions: ids.len() as u64, latest })
}

/// Notes up to when each workflow's history says nothing any more of events of Close's.
async fn forget(open: &mut Open, gone: &[Gone]) -> Result<(), StoreError> {
    // In an order that all nodes agree on.
    let mut until: BTreeMap<Uuid, i64> = BTreeMap::new();
    for (gone, keyed_at) in gone.iter().filter_map(|gone| Some((gone, gone.keyed_at?))) {
        if gone.trigger_kind == "close" {
            let until = until.entry(gone.workflow_id).or_insert(keyed_at);
            *until = keyed_at.max(*until);
        }
    }
    for (workflow, until) in until {
        on_either!(&mut *open, |transaction| {
            sqlx::query(FORGET).bind(workflow).bind(until).execute(&mut **transaction).await?;
        });
    }
    Ok(())
}

/// Deletes those of the deliveries that no execution came from.
pub(super) async fn delete_deliveries(open: &mut Open, deliveries: &[Uuid]) -> Result<u64, StoreError> {
    run(open, DELIVERIES, deliveries).await
}

/// Runs a statement that ends with the list of ids that it is about, and says how many rows it has changed.
pub(super) async fn run(open: &mut Open, statement: &'static str, ids: &[Uuid]) -> Result<u64, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(on_either!(open, |transaction: Database| {
        listed::<Database>(statement, ids).build().execute(&mut **transaction).await?.rows_affected()
    }))
}

fn listed<DB>(statement: &'static str, ids: &[Uuid]) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(statement);
    rows::push_ids(&mut query, ids.iter().copied());
    query.push(")");
    query
}
