//! `log`: a line in the execution's log. `message` is a text or any value, which is written as JSON; `level` is one
//! of `debug`, `info` (where it is left out), `warn`, `error`.

use bellhop_workflow::journal::{LogLevel, LogLine};
use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use crate::StepFailure;
use crate::input::Input;

/// Writes the line.
pub(crate) fn run(input: &Value, now: Timestamp, log: &mut Vec<LogLine>) -> Result<(), StepFailure> {
    let mut input = Input::of(StepKind::Log, input)?;
    let level = input.optional("level")?.unwrap_or(LogLevel::Info);
    let message =
        input.raw("message").map(text).ok_or_else(|| StepFailure::invalid_input("`log` needs `message`"))?;
    input.finish()?;
    log.push(LogLine { at: now, level, message });
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
