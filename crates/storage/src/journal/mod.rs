//! Reading journals. They are written by the writer, see [`crate::writer`].

mod stored;

use std::collections::HashMap;

use bellhop_workflow::journal::{self, StepRecord};
use sqlx::QueryBuilder;
use uuid::Uuid;

pub(crate) use self::stored::{from_stored, to_stored};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::store::Store;

const ENTRIES: &str = "SELECT execution_id, records FROM journal WHERE execution_id IN (";

impl Store {
    /// Where the steps of each execution stand, for those that have a journal.
    pub(crate) async fn steps_of(
        &self,
        executions: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<StepRecord>>, StoreError> {
        if executions.is_empty() {
            return Ok(HashMap::new());
        }
        let entries: Vec<(Uuid, Vec<u8>)> = on_either!(&self.pools().read, |pool: Database| {
            let mut query = QueryBuilder::<Database>::new(ENTRIES);
            rows::push_ids(&mut query, executions.iter().copied());
            query.push(") ORDER BY execution_id, seq");
            query.build_query_as().fetch_all(pool).await?
        });
        let mut journals: HashMap<Uuid, Vec<StepRecord>> = HashMap::new();
        for (execution, records) in entries {
            journals.entry(execution).or_default().extend(from_stored(records)?);
        }
        Ok(journals.into_iter().map(|(execution, entries)| (execution, journal::fold(entries))).collect())
    }
}
