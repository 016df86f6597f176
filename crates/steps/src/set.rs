//! `set`: computes the map under `with`. Its expressions were rendered before it came here.

use bellhop_workflow::model::StepKind;
use serde_json::Value;

use crate::StepFailure;
use crate::input::Input;

/// Gives back the map.
pub(crate) fn run(input: &Value) -> Result<Value, StepFailure> {
    Input::of(StepKind::Set, input)?;
    Ok(input.clone())
}
