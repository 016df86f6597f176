//! `fail`: ends the execution as failed, with `message`. It is not tried again.

use bellhop_workflow::model::StepKind;
use serde_json::Value;

use crate::StepFailure;
use crate::input::{Input, describe, scalar};

/// The failure that the workflow asks for, or the mistake in how it asks.
pub(crate) fn run(input: &Value) -> StepFailure {
    match message(input) {
        Ok(message) => StepFailure::fail(message),
        Err(mistake) => mistake,
    }
}

fn message(input: &Value) -> Result<String, StepFailure> {
    let mut input = Input::of(StepKind::Fail, input)?;
    let value: &Value =
        input.raw("message").ok_or_else(|| StepFailure::invalid_input("`fail` needs `message`"))?;
    let message = scalar(value)
        .ok_or_else(|| StepFailure::invalid_input(format!("`message` is a text, not {}", describe(value))))?;
    input.finish()?;
    Ok(message.into_owned())
}
