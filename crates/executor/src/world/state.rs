//! `state`: reads and changes durable keys of the workflow, exactly once: the change is in one commit with the step's last
//! record, so there is no instant between the two for a crash.

use bellhop_steps::StepFailure;
use bellhop_storage::{StateChange, StateError, StateOp, StateWrite, ToRecord};
use bellhop_workflow::journal::{StepRecord, StepStatus};
use serde_json::{Map, Number, Value};

use super::store::StoreWorld;
use super::{Attempt, Progress, failure};
use crate::journal::{Commit, LetGo, NotWritten};
use crate::mask::Mask;

/// The words for what is done with the key.
const OPERATIONS: [&str; 4] = ["get", "set", "increment", "delete"];

impl StoreWorld<'_> {
    pub(super) async fn state(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        let change = match change(attempt.input) {
            Ok(change) => change,
            Err(mistake) => return Ok(Progress::Ended(Err(mistake))),
        };
        let (parts, claimed, mask) = (self.parts, self.claimed, attempt.journal.mask());
        let last = StepRecord {
            status: StepStatus::Succeeded,
            error: None,
            wakes_at: None,
            finished_at: Some(attempt.now),
            ..attempt.record.clone()
        };
        let refused = attempt
            .journal
            .commit_with(|before, again| {
                let write = StateWrite {
                    execution: claimed.id,
                    workflow: claimed.workflow_id,
                    path: last.path.clone(),
                    change: change.clone(),
                    record: veiled(mask, &last),
                    before,
                    at: attempt.now,
                    again,
                };
                async move {
                    match parts.store.apply_state(parts.node, write).await? {
                        Err(refused) => Ok(Commit::Refused(Some(refused))),
                        Ok(mut record) => {
                            mask.unveil(&mut record)
                                .map_err(|error| NotWritten::LetGo(LetGo::Sealed(error)))?;
                            Ok(Commit::Done(None, Box::new(record)))
                        }
                    }
                }
            })
            .await?;
        Ok(refused.map_or(Progress::Written, |refused| Progress::Ended(Err(refusal(&refused)))))
    }
}

/// The step's last record as the history may have it, whatever the value is.
fn veiled(mask: &Mask, last: &StepRecord) -> ToRecord {
    let (mask, last) = (mask.clone(), last.clone());
    ToRecord::new(move |output| {
        let record = StepRecord { output: Some(output), ..last.clone() };
        mask.learn_from(&record);
        mask.veil(record)
    })
}

fn refusal(refused: &StateError) -> StepFailure {
    let kind = match refused {
        StateError::Key(_) | StateError::TooLong(_) => "invalid_input",
        StateError::NotANumber { .. } | StateError::Overflow(_) => "state",
    };
    failure(kind, refused.to_string(), false)
}

/// What the step's input asks for.
fn change(input: &Value) -> Result<StateChange, StepFailure> {
    let empty = Map::new();
    let fields = input.as_object().unwrap_or(&empty);
    let mut asked = OPERATIONS.into_iter().filter(|word| fields.contains_key(*word));
    let (Some(word), None) = (asked.next(), asked.next()) else {
        return Err(mistake(format!("`state` needs exactly one of {}", OPERATIONS.join(", "))));
    };
    let key = match fields.get(word) {
        Some(Value::String(key)) => key.clone(),
        // What counts things is often counted by a number.
        Some(Value::Number(key)) => key.to_string(),
        _ => return Err(mistake(format!("`{word}` is the name of a key, a text"))),
    };
    let op = match word {
        "get" => StateOp::Get { default: fields.get("default").cloned().unwrap_or_default() },
        "set" => StateOp::Set(
            fields.get("value").cloned().ok_or_else(|| mistake("`set` needs `value`".to_owned()))?,
        ),
        "increment" => StateOp::Increment(step_of(fields.get("by"))?),
        _ => StateOp::Delete,
    };
    Ok(StateChange { key, op })
}

fn step_of(by: Option<&Value>) -> Result<Number, StepFailure> {
    match by {
        None | Some(Value::Null) => Ok(Number::from(1)),
        Some(Value::Number(number)) => Ok(number.clone()),
        Some(_) => Err(mistake("`by` is a number".to_owned())),
    }
}

fn mistake(message: String) -> StepFailure {
    failure("invalid_input", message, false)
}
