//! Deleting executions with everything that is theirs.

use bellhop_workflow::time::Timestamp;
use sqlx::{Database, Encode, QueryBuilder, Type};
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

const OF_EXECUTIONS: [&str; 3] = [
    "DELETE FROM journal WHERE execution_id IN (",
    "DELETE FROM resumes WHERE execution_id IN (",
    "DELETE FROM answers WHERE execution_id IN (",
];

/// A delivery goes with the last execution that came from it.
const DELIVERIES: &str = "
    DELETE FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM executions e WHERE e.delivery_id = deliveries.id)
        AND id IN (";

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
    let gone: Vec<(Uuid, Option<Uuid>, i64)> = on_either!(&mut *open, |transaction: Database| {
        let mut query = listed::<Database>(EXECUTIONS, executions);
        query.push(" RETURNING id, delivery_id, finished_at");
        query.build_query_as().fetch_all(&mut **transaction).await?
    });
    let ids: Vec<Uuid> = gone.iter().map(|(id, ..)| *id).collect();
    for statement in OF_EXECUTIONS {
        run(open, statement, &ids).await?;
    }
    let deliveries: Vec<Uuid> = gone.iter().filter_map(|(_, delivery, _)| *delivery).collect();
    run(open, DELIVERIES, &deliveries).await?;
    let latest = gone.iter().map(|(.., finished_at)| Timestamp::from_micros(*finished_at)).max();
    Ok(Deleted { executions: ids.len() as u64, latest })
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
    let mut list = query.separated(", ");
    for id in rows::padded(ids.iter().copied()) {
        list.push_bind(id);
    }
    query.push(")");
    query
}
