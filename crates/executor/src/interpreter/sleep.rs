//! `sleep`: lets time pass, `for` so long or `until` an instant. It holds a row, unless it is short.

use std::time::Duration;

use bellhop_steps::{Outcome, StepFailure};
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::parse_duration;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::Interpreter;
use super::attempt::Attempted;
use crate::journal::LetGo;
use crate::world::failure;

/// As long as a duration may be anywhere in a workflow.
const LONGEST: Duration = Duration::from_hours(366 * 24);

impl Interpreter<'_> {
    pub(super) async fn sleep(&self, input: &Value, record: &mut StepRecord) -> Result<Attempted, LetGo> {
        let known = record.wakes_at.filter(|_| record.status == StepStatus::Waiting);
        let begun = record.attempt_started_at.or(record.started_at).unwrap_or_else(|| self.clock.now());
        let until = match known.map_or_else(|| end(input, begun), Ok) {
            Ok(until) => until,
            Err(mistake) => return Ok(Attempted::Ended(Err(mistake))),
        };
        if until > self.clock.now() {
            record.error = None;
            self.put_aside(record, Some(until));
            if !self.wait(until).await? {
                return Ok(Attempted::Waits(Some(until)));
            }
        }
        Ok(Attempted::Ended(Ok(Outcome::Output(Value::Null))))
    }
}

/// When a sleep that begins at `begun` ends.
fn end(input: &Value, begun: Timestamp) -> Result<Timestamp, StepFailure> {
    match (input.get("for"), input.get("until")) {
        (Some(length), None) => length_of(length).map(|length| begun.plus(length)),
        (None, Some(instant)) => instant_of(instant),
        _ => Err(mistake("`sleep` needs either `for` or `until`".to_owned())),
    }
}

fn length_of(value: &Value) -> Result<Duration, StepFailure> {
    let length = match value {
        Value::String(text) => parse_duration(text),
        Value::Number(seconds) => {
            seconds.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        }
        _ => None,
    };
    length.filter(|length| *length <= LONGEST).ok_or_else(|| {
        mistake(format!(
            "`for` is a duration such as `30s` or `2h`, or a number of seconds, of at most a year, not `{}`",
            shown(value)
        ))
    })
}

fn instant_of(value: &Value) -> Result<Timestamp, StepFailure> {
    value.as_str().and_then(|text| Timestamp::parse(text).ok()).ok_or_else(|| {
        mistake(format!(
            "`until` is a time in RFC 3339, such as `2026-03-02T09:00:00Z`, not `{}`",
            shown(value)
        ))
    })
}

fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(60).collect()
}

fn mistake(message: String) -> StepFailure {
    failure("invalid_input", message, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

    #[test]
    fn for_counts_from_the_beginning_and_until_does_not() {
        let hour = Duration::from_hours(1);
        assert_eq!(end(&json!({ "for": "1h" }), NOON).unwrap(), NOON.plus(hour));
        assert_eq!(end(&json!({ "for": 3600 }), NOON).unwrap(), NOON.plus(hour));
        assert_eq!(end(&json!({ "for": 0.5 }), NOON).unwrap(), NOON.plus(Duration::from_millis(500)));
        assert_eq!(end(&json!({ "until": "2026-03-02T14:00:00+01:00" }), NOON).unwrap(), NOON.plus(hour));
    }

    #[test]
    fn anything_else_is_a_mistake_that_names_its_key() {
        for (input, key) in [
            (json!({ "for": "soon" }), "`for`"),
            (json!({ "for": -1 }), "`for`"),
            (json!({ "for": 1e300 }), "`for`"),
            (json!({ "for": "9999d" }), "`for`"),
            (json!({ "until": "tomorrow" }), "`until`"),
            (json!({ "until": null }), "`until`"),
            (json!({ "for": "1s", "until": "2026-03-02T14:00:00Z" }), "either"),
            (json!({}), "either"),
        ] {
            let mistake = end(&input, NOON).unwrap_err();
            assert_eq!((mistake.error.kind.as_str(), mistake.retryable), ("invalid_input", false));
            assert!(mistake.error.message.contains(key), "{input}: {}", mistake.error.message);
        }
    }
}
