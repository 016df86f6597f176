//! Durable keys, as a batch changes them: read once, changed in the order of the batch, written once.

use std::collections::{BTreeMap, BTreeSet};

use bellhop_workflow::journal::StepRecord;
use serde_json::Value;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Entry;
use super::entries::Extra;
use crate::dialect::{ManyRows as _, on_either};
use crate::error::StoreError;
use crate::journal;
use crate::json;
use crate::lock;
use crate::rows;
use crate::state::{Effect, StateChange, StateError, ToRecord};
use crate::transaction::Open;

/// A step's change of a durable key.
#[derive(Debug)]
pub(crate) struct StateEntry {
    pub(crate) workflow_id: Uuid,
    pub(crate) key: String,
    pub(crate) change: StateChange,
    pub(crate) path: String,
    pub(crate) record: ToRecord,
    pub(crate) before: Vec<StepRecord>,
    pub(crate) at: i64,
    pub(crate) again: bool,
}

impl StateEntry {
    /// Roughly how many bytes one holds: a value is small, and so are most records.
    pub(super) const SIZE: usize = 4_096;
}

/// A change that was done.
pub(super) struct Applied {
    /// The step's last record.
    pub(super) record: StepRecord,
    /// What is to go to the journal; none where it is there already.
    pub(super) records: Option<Vec<u8>>,
}

/// The keys that a batch is about.
#[derive(Debug, Default)]
pub(super) struct Keys {
    values: BTreeMap<(Uuid, String), Option<Value>>,
    changed: BTreeMap<(Uuid, String), i64>,
}

const VALUES: &str = "SELECT workflow_id, key, value FROM state WHERE (workflow_id, key) IN (";

const PUT: &str = " INTO state (workflow_id, key, value, updated_at) ";

const OVER: &str = "
    ON CONFLICT (workflow_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";

const REMOVE: &str = "DELETE FROM state WHERE (workflow_id, key) IN (";

const JOURNAL: &str = "SELECT records FROM journal WHERE execution_id = $1 ORDER BY seq DESC";

/// Reads the keys that the entries are about, and has no other node change them until the transaction ends.
pub(super) async fn load(open: &mut Open, entries: &[&Entry]) -> Result<Keys, StoreError> {
    let wanted: BTreeSet<(Uuid, String)> = entries
        .iter()
        .filter_map(|entry| match &entry.extra {
            Some(Extra::State(state)) => Some((state.workflow_id, state.key.clone())),
            Some(Extra::Answer(_)) | None => None,
        })
        .collect();
    let mut keys = Keys::default();
    if wanted.is_empty() {
        return Ok(keys);
    }
    let numbers =
        wanted.iter().map(|(workflow, key)| lock::number(&[b"state", workflow.as_bytes(), key.as_bytes()]));
    lock::take(open, numbers).await?;
    let wanted: Vec<(Uuid, String)> = wanted.into_iter().collect();
    for chunk in rows::chunks(open.dialect(), &wanted) {
        let found: Vec<(Uuid, String, String)> = on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(VALUES);
            rows::push(&mut query, chunk, |mut values, (workflow, key)| {
                values.push_bind(*workflow).push_bind(key.as_str());
            });
            query.push(")");
            query.build_query_as().fetch_all(&mut **transaction).await?
        });
        for (workflow, key, value) in found {
            keys.values.insert((workflow, key), Some(json::from_text("state value", &value)?));
        }
    }
    Ok(keys)
}

impl Keys {
    /// Does one change, unless it was done before.
    pub(super) async fn apply(
        &mut self,
        open: &mut Open,
        execution: Uuid,
        entry: &StateEntry,
    ) -> Result<Result<Applied, StateError>, StoreError> {
        if entry.again
            && let Some(record) = done_before(open, execution, &entry.path).await?
        {
            return Ok(Ok(Applied { record, records: None }));
        }
        let place = (entry.workflow_id, entry.key.clone());
        let stored = self.values.get(&place).and_then(Option::as_ref);
        let (given, effect) = match entry.change.apply(stored) {
            Ok(applied) => applied,
            Err(refused) => return Ok(Err(refused)),
        };
        let record = entry.record.make(given);
        let records = Some(journal::to_stored(entry.before.iter().chain([&record]))?);
        let value = match effect {
            Effect::Keep => return Ok(Ok(Applied { record, records })),
            Effect::Put(value) => Some(value),
            Effect::Remove => None,
        };
        self.changed.insert(place.clone(), entry.at);
        self.values.insert(place, value);
        Ok(Ok(Applied { record, records }))
    }

    /// Writes what has changed.
    pub(super) async fn write(self, open: &mut Open) -> Result<(), StoreError> {
        let (mut put, mut removed) = (Vec::new(), Vec::new());
        for ((workflow, key), at) in &self.changed {
            match self.values.get(&(*workflow, key.clone())).and_then(Option::as_ref) {
                Some(value) => put.push((*workflow, key.as_str(), json::to_text(value)?, *at)),
                None => removed.push((*workflow, key.as_str())),
            }
        }
        for chunk in rows::chunks(open.dialect(), &put) {
            on_either!(&mut *open, |transaction: Database| {
                let mut query = QueryBuilder::<Database>::new(Database::INSERT);
                query.push(PUT);
                rows::push_inserted(&mut query, chunk, |mut values, (workflow, key, value, at)| {
                    values.push_bind(*workflow).push_bind(*key).push_bind(value.as_str()).push_bind(*at);
                });
                query.push(OVER);
                query.build().execute(&mut **transaction).await?;
            });
        }
        for chunk in rows::chunks(open.dialect(), &removed) {
            on_either!(&mut *open, |transaction: Database| {
                let mut query = QueryBuilder::<Database>::new(REMOVE);
                rows::push(&mut query, chunk, |mut values, (workflow, key)| {
                    values.push_bind(*workflow).push_bind(*key);
                });
                query.push(")");
                query.build().execute(&mut **transaction).await?;
            });
        }
        Ok(())
    }
}

/// The step's last record, where an earlier try has written it.
async fn done_before(open: &mut Open, execution: Uuid, path: &str) -> Result<Option<StepRecord>, StoreError> {
    let entries: Vec<Vec<u8>> = on_either!(open, |transaction| {
        sqlx::query_scalar(JOURNAL).bind(execution).fetch_all(&mut **transaction).await?
    });
    for records in entries {
        if let Some(record) = journal::from_stored(records)?.into_iter().rfind(|record| record.path == path) {
            return Ok(record.status.is_final().then_some(record));
        }
    }
    Ok(None)
}
