//! How journals are stored, and reading them. They are written by the writer, see [`crate::writer`].

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;

use bellhop_workflow::journal::{self, StepRecord};
use serde::{Deserialize, Serialize};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::rows;
use crate::store::Store;

const ENTRIES: &str = "SELECT execution_id, records FROM journal WHERE execution_id IN (";

/// A record as it is stored: what a step gives is often what it was given, and is then written once.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(flatten)]
    record: Cow<'a, StepRecord>,
    /// The output, which is left out, is the input.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gave_input: bool,
}

impl<'a> Stored<'a> {
    fn of(record: &'a StepRecord) -> Self {
        let gave_input = record.output.is_some() && record.output == record.input;
        let mut record = Cow::Borrowed(record);
        if gave_input {
            record = Cow::Owned(StepRecord { output: None, ..record.into_owned() });
        }
        Self { record, gave_input }
    }

    fn into_record(self) -> StepRecord {
        let mut record = self.record.into_owned();
        if self.gave_input {
            record.output.clone_from(&record.input);
        }
        record
    }
}

/// One entry of a journal.
pub(crate) fn to_text(records: &[impl Borrow<StepRecord>]) -> Result<String, StoreError> {
    let stored: Vec<Stored<'_>> = records.iter().map(|record| Stored::of(record.borrow())).collect();
    json::to_text(&stored)
}

/// The same; none where there is nothing to write.
pub(crate) fn to_text_option(records: &[StepRecord]) -> Result<Option<String>, StoreError> {
    if records.is_empty() { Ok(None) } else { to_text(records).map(Some) }
}

/// The records of an entry.
pub(crate) fn from_text(text: &str) -> Result<Vec<StepRecord>, StoreError> {
    let stored: Vec<Stored<'_>> = json::from_text("journal", text)?;
    Ok(stored.into_iter().map(Stored::into_record).collect())
}

impl Store {
    /// Where the steps of each execution stand, for those that have a journal.
    pub(crate) async fn steps_of(
        &self,
        executions: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<StepRecord>>, StoreError> {
        if executions.is_empty() {
            return Ok(HashMap::new());
        }
        let ids = rows::padded(executions.iter().copied());
        let entries: Vec<(Uuid, String)> = on_either!(&self.pools().read, |pool: Database| {
            let mut query = QueryBuilder::<Database>::new(ENTRIES);
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id);
            }
            query.push(") ORDER BY execution_id, seq");
            query.build_query_as().fetch_all(pool).await?
        });
        let mut journals: HashMap<Uuid, Vec<StepRecord>> = HashMap::new();
        for (execution, records) in entries {
            journals.entry(execution).or_default().extend(from_text(&records)?);
        }
        Ok(journals.into_iter().map(|(execution, entries)| (execution, journal::fold(entries))).collect())
    }
}

#[cfg(test)]
mod tests {
    use bellhop_workflow::ids::StepId;
    use serde_json::{Value, json};

    use super::*;

    fn record(input: Option<Value>, output: Option<Value>) -> StepRecord {
        StepRecord { input, output, ..StepRecord::new(StepId::new("a"), "a", "set") }
    }

    #[test]
    fn an_output_that_is_the_input_is_written_once() {
        let text = to_text(&[record(Some(json!({ "x": "once" })), Some(json!({ "x": "once" })))]).unwrap();
        assert_eq!(text.matches("once").count(), 1, "{text}");
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let (one, other) = (Some(json!({ "x": 1.5 })), Some(json!("y")));
        for (input, output) in [
            (one.clone(), one.clone()),
            (one.clone(), other.clone()),
            (one.clone(), None),
            (None, one),
            (None, None),
        ] {
            let records = [record(input, output)];
            assert_eq!(from_text(&to_text(&records).unwrap()).unwrap(), records);
        }
    }

    #[test]
    fn an_earlier_version_s_entry_is_read() {
        let records = vec![record(Some(json!(1)), Some(json!(1)))];
        assert_eq!(from_text(&serde_json::to_string(&records).unwrap()).unwrap(), records);
    }
}
