//! Walks the steps of a workflow, in order.

use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::Step;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use crate::attempt::{StepEnd, StepShell};
use crate::journal::{Journal, LetGo};

/// How an execution ended.
pub(crate) enum ExecutionEnd {
    /// Well, with an output where a `return` gave one.
    Succeeded(Option<Value>),
    /// With an error.
    Failed(ExecutionError),
    /// Not yet: it goes on at this instant, and is put aside until then.
    Pause(Timestamp),
}

/// Runs `steps` from the first, passing over those that the journal knows as ended.
pub(crate) async fn walk(
    steps: &[Step],
    shell: &StepShell,
    scope: &mut Scope,
    journal: &mut Journal,
) -> Result<ExecutionEnd, LetGo> {
    for step in steps {
        let path = step.id.as_str();
        match shell.carry_out(step, path, scope, journal).await? {
            StepEnd::Next => {}
            StepEnd::Pause(until) => return Ok(ExecutionEnd::Pause(until)),
            StepEnd::Return(output) => return Ok(ExecutionEnd::Succeeded(Some(output))),
            StepEnd::Failed(error) => {
                return Ok(ExecutionEnd::Failed(ExecutionError {
                    step: Some(path.to_owned()),
                    kind: error.kind,
                    message: error.message,
                }));
            }
        }
    }
    Ok(ExecutionEnd::Succeeded(None))
}
