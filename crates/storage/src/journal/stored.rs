//! Records as they lie in the database: a million executions have some, and half of what a record says in its own form
//! is said twice. Short names, times in microseconds, nothing that follows from the rest, and all of it packed.

use std::borrow::Cow;

use bellhop_workflow::ids::StepId;
use bellhop_workflow::journal::{LogLine, StepError, StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::StoreError;
use crate::json;
use crate::packed::{pack, unpack};

/// A record with all that does not go without saying.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(rename = "p")]
    path: Cow<'a, str>,
    /// Where it is not the path's last part.
    #[serde(rename = "id", default, skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
    #[serde(rename = "u")]
    uses: Cow<'a, str>,
    #[serde(rename = "s")]
    status: StepStatus,
    /// Where it is not 1.
    #[serde(rename = "n", default = "one", skip_serializing_if = "is_one")]
    attempts: u32,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    input: Option<Cow<'a, Value>>,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    output: Option<Cow<'a, Value>>,
    /// Whether the output is what the input was.
    #[serde(rename = "io", default, skip_serializing_if = "std::ops::Not::not")]
    gives_input: bool,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Cow<'a, str>>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    error: Option<Cow<'a, StepError>>,
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    ended_by: Option<Cow<'a, str>>,
    #[serde(rename = "l", default, skip_serializing_if = "<[LogLine]>::is_empty")]
    logs: Cow<'a, [LogLine]>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    started_at: Option<i64>,
    #[serde(rename = "ta", default, skip_serializing_if = "Option::is_none")]
    attempt_started_at: Option<i64>,
    #[serde(rename = "tw", default, skip_serializing_if = "Option::is_none")]
    wakes_at: Option<i64>,
    #[serde(rename = "tf", default, skip_serializing_if = "Option::is_none")]
    finished_at: Option<i64>,
}

/// What a journal holds: the short form, or the long one that earlier versions wrote.
#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    Short(Stored<'static>),
    Long(StepRecord),
}

/// The records as they are stored.
pub(crate) fn to_stored<'a>(
    records: impl IntoIterator<Item = &'a StepRecord>,
) -> Result<Vec<u8>, StoreError> {
    to_text(records).map(|text| pack(text.as_bytes()))
}

fn to_text<'a>(records: impl IntoIterator<Item = &'a StepRecord>) -> Result<String, StoreError> {
    let records: Vec<Stored<'a>> = records.into_iter().map(Stored::from).collect();
    json::to_text(&records)
}

/// The records that were stored.
pub(crate) fn from_stored(stored: Vec<u8>) -> Result<Vec<StepRecord>, StoreError> {
    let records: Vec<Either> = json::from_bytes("journal", &unpack("journal", stored)?)?;
    Ok(records
        .into_iter()
        .map(|record| match record {
            Either::Short(record) => record.into(),
            Either::Long(record) => record,
        })
        .collect())
}

impl<'a> From<&'a StepRecord> for Stored<'a> {
    fn from(record: &'a StepRecord) -> Self {
        // Every field by its name, so that a new one cannot be forgotten here.
        let StepRecord {
            id,
            path,
            uses,
            status,
            attempts,
            input,
            output,
            sealed,
            error,
            ended_by,
            logs,
            started_at,
            attempt_started_at,
            wakes_at,
            finished_at,
        } = record;
        let gives_input = input.is_some() && input == output;
        Self {
            path: Cow::Borrowed(path),
            id: (last_part(path) != id.as_str()).then(|| Cow::Borrowed(id.as_str())),
            uses: Cow::Borrowed(uses),
            status: *status,
            attempts: *attempts,
            // One that is null is read as none, as the history shows both the same.
            input: input.as_ref().filter(|input| !input.is_null()).map(Cow::Borrowed),
            output: output.as_ref().filter(|output| !gives_input && !output.is_null()).map(Cow::Borrowed),
            gives_input,
            sealed: sealed.as_deref().map(Cow::Borrowed),
            error: error.as_ref().map(Cow::Borrowed),
            ended_by: ended_by.as_deref().map(Cow::Borrowed),
            logs: Cow::Borrowed(logs),
            started_at: started_at.map(Timestamp::as_micros),
            attempt_started_at: attempt_started_at.map(Timestamp::as_micros),
            wakes_at: wakes_at.map(Timestamp::as_micros),
            finished_at: finished_at.map(Timestamp::as_micros),
        }
    }
}

impl From<Stored<'_>> for StepRecord {
    fn from(stored: Stored<'_>) -> Self {
        let input = stored.input.map(Cow::into_owned);
        let output = stored.output.map(Cow::into_owned);
        Self {
            id: StepId::new(stored.id.as_deref().unwrap_or_else(|| last_part(&stored.path))),
            path: stored.path.into_owned(),
            uses: stored.uses.into_owned(),
            status: stored.status,
            attempts: stored.attempts,
            output: if stored.gives_input { input.clone() } else { output },
            input,
            sealed: stored.sealed.map(Cow::into_owned),
            error: stored.error.map(Cow::into_owned),
            ended_by: stored.ended_by.map(Cow::into_owned),
            logs: stored.logs.into_owned(),
            started_at: stored.started_at.map(Timestamp::from_micros),
            attempt_started_at: stored.attempt_started_at.map(Timestamp::from_micros),
            wakes_at: stored.wakes_at.map(Timestamp::from_micros),
            finished_at: stored.finished_at.map(Timestamp::from_micros),
        }
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_one(attempts: &u32) -> bool {
    *attempts == 1
}

#[cfg(test)]
mod tests {
    use bellhop_workflow::journal::LogLevel;
    use serde_json::json;

    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

    fn step(path: &str) -> StepRecord {
        StepRecord {
            status: StepStatus::Succeeded,
            attempts: 1,
            started_at: Some(NOON),
            finished_at: Some(Timestamp::from_micros(NOON.as_micros() + 7)),
            ..StepRecord::new(StepId::new(path), path, "set")
        }
    }

    fn records() -> Vec<StepRecord> {
        let given = Some(json!({ "lead": "lead_1", "status": null }));
        vec![
            StepRecord::new(StepId::new("waits"), "each/3/waits", "wait_for"),
            StepRecord { input: given.clone(), output: given.clone(), ..step("same") },
            StepRecord { input: given, ..step("input") },
            StepRecord { output: Some(json!([1.5, "two"])), ..step("output") },
            StepRecord {
                id: StepId::new("another"),
                attempts: 3,
                sealed: Some("c2VhbGVk".to_owned()),
                error: Some(StepError {
                    kind: "http_status".to_owned(),
                    message: "no".to_owned(),
                    status: Some(500),
                }),
                ended_by: Some("block/inner".to_owned()),
                logs: vec![LogLine { at: NOON, level: LogLevel::Warn, message: "careful".to_owned() }],
                attempt_started_at: Some(NOON),
                wakes_at: Some(NOON),
                ..step("block#2/try")
            },
        ]
    }

    #[test]
    fn every_record_comes_back_as_it_was() {
        let records = records();
        assert_eq!(from_stored(to_stored(&records).unwrap()).unwrap(), records);
    }

    #[test]
    fn what_an_earlier_version_has_written_is_read() {
        let records = records();
        assert_eq!(from_stored(serde_json::to_vec(&records).unwrap()).unwrap(), records);
    }

    #[test]
    fn an_output_of_null_is_none() {
        let null = StepRecord { output: Some(Value::Null), ..step("log") };
        assert_eq!(from_stored(to_stored([&null]).unwrap()).unwrap(), [step("log")]);
    }

    #[test]
    fn it_is_much_shorter() {
        let record = &records()[1];
        let long = serde_json::to_string(&[record]).unwrap().len();
        let short = to_text([record]).unwrap().len();
        assert!(short * 3 < long * 2, "{short} bytes, and {long} before");
    }
}
