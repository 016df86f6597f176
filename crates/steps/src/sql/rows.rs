//! Rows as a step gives them: a list of maps, of bounded length and size.

use serde_json::{Map, Value, json};

use crate::StepFailure;

/// The most rows.
const MOST: usize = 10_000;

/// The most that all of them may be, in bytes of JSON.
const LARGEST: usize = 1024 * 1024;

/// What a statement gave.
#[derive(Debug, Default)]
pub(super) struct Rows {
    list: Vec<Value>,
    bytes: usize,
    affected: u64,
}

impl Rows {
    /// Adds a row, each column with its name.
    pub(super) fn push(
        &mut self,
        columns: impl IntoIterator<Item = (String, Result<Value, String>)>,
    ) -> Result<(), StepFailure> {
        let mut row = Map::new();
        for (name, value) in columns {
            let value =
                value.map_err(|problem| StepFailure::sql(format!("column `{name}`: {problem}"), false))?;
            self.bytes += name.len() + size(&value) + 4;
            if row.contains_key(&name) {
                return Err(StepFailure::sql(
                    format!("two columns are called `{name}`: give one of them a name with `AS`"),
                    false,
                ));
            }
            row.insert(name, value);
        }
        self.list.push(Value::Object(row));
        if self.list.len() > MOST || self.bytes > LARGEST {
            return Err(StepFailure::large_output(format!(
                "the statement gives more than {MOST} rows or {} MiB: add a `LIMIT`, or fewer columns",
                LARGEST / 1024 / 1024
            )));
        }
        Ok(())
    }

    /// Adds to how many rows the statement has changed.
    pub(super) fn affect(&mut self, rows: u64) {
        self.affected += rows;
    }

    /// The step's output.
    pub(super) fn output(self) -> Value {
        json!({ "rows": self.list, "rows_affected": self.affected })
    }
}

/// About how long it is as JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| name.len() + size(field) + 4).sum::<usize>() + 2
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}
