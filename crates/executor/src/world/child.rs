//! `workflow`: runs another workflow, as an execution of its own. With `wait: true`, as it is where nothing is said, the
//! step's output is what that gives; with `wait: false` it is its id.

use bellhop_steps::{Outcome, StepFailure};
use bellhop_storage::{ChildState, Gate, NewExecution, Parent, WorkflowRow, seal_concealed};
use bellhop_workflow::conceal::conceal;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::expression::Scope;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::model::{ManualTrigger, Trigger, TriggerKind, Workflow};
use serde_json::{Map, Value, json};

use super::store::{StoreWorld, read};
use super::{Attempt, Progress, failure};
use crate::definitions::DefinitionError;
use crate::journal::LetGo;

/// How many workflows may be within one another: one that starts itself comes to an end.
const DEEPEST: u32 = 16;

/// What the step asks for.
struct Asked {
    name: WorkflowName,
    inputs: Map<String, Value>,
    waits: bool,
}

/// Why there is no child: the step's failure, or that nothing can be done here now.
enum NoChild {
    Failure(StepFailure),
    LetGo(LetGo),
}

impl From<LetGo> for NoChild {
    fn from(reason: LetGo) -> Self {
        Self::LetGo(reason)
    }
}

impl From<StepFailure> for NoChild {
    fn from(failure: StepFailure) -> Self {
        Self::Failure(failure)
    }
}

impl StoreWorld<'_> {
    pub(super) async fn child(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        match self.start_or_look(&attempt).await {
            Ok(progress) => Ok(progress),
            Err(NoChild::Failure(failure)) => Ok(Progress::Ended(Err(failure))),
            Err(NoChild::LetGo(reason)) => Err(reason),
        }
    }

    async fn start_or_look(&self, attempt: &Attempt<'_>) -> Result<Progress, NoChild> {
        let asked = asked(attempt.input)?;
        let (store, parent) = (&self.parts.store, self.claimed.id);
        // A second attempt is about a second child: the first one has ended.
        let path = attempt.record.child_path();
        let known = read(parent, || store.child(parent, &path)).await?;
        let child = if let Some(child) = known {
            child
        } else {
            let new = self.new_child(attempt, &asked, path).await?;
            let id = read(parent, || store.start_child(new.clone())).await?;
            ChildState { id, status: ExecutionStatus::Queued, output: Value::Null, error: None }
        };
        if !asked.waits {
            return Ok(Progress::Ended(Ok(Outcome::Output(json!({ "execution_id": child.id })))));
        }
        Ok(self.came_of(&asked, child))
    }

    fn came_of(&self, asked: &Asked, child: ChildState) -> Progress {
        let ChildState { id, status, mut output, error } = child;
        match status {
            ExecutionStatus::Queued | ExecutionStatus::Running | ExecutionStatus::Waiting => Progress::Waits,
            ExecutionStatus::Succeeded => {
                self.parts.redactor.redact_value(&mut output);
                Progress::Ended(Ok(Outcome::Output(output)))
            }
            ExecutionStatus::Failed | ExecutionStatus::Cancelled => {
                let why =
                    error.map_or_else(String::new, |error| format!(": {}: {}", error.kind, error.message));
                let message = format!("the execution {id} of `{}` ended as {status}{why}", asked.name);
                Progress::Ended(Err(failure("workflow_failed", message, true)))
            }
        }
    }

    async fn new_child(
        &self,
        attempt: &Attempt<'_>,
        asked: &Asked,
        path: String,
    ) -> Result<NewExecution, NoChild> {
        let (parts, parent) = (self.parts, self.claimed.id);
        self.check_depth().await?;
        let row = read(parent, || parts.store.workflow(&asked.name)).await?;
        let row = row.ok_or_else(|| mistake(format!("there is no workflow `{}`", asked.name)))?;
        let workflow = match self.definitions.get(row.id, row.version).await {
            Ok(workflow) => workflow,
            Err(DefinitionError::Unusable(message)) => return Err(mistake(message).into()),
            Err(DefinitionError::Store(error)) => return Err(LetGo::Unread(error).into()),
        };
        let (trigger, manual) = manual_trigger(&workflow).ok_or_else(|| {
            mistake(format!("`{}` has no `manual` trigger, which another workflow starts it by", asked.name))
        })?;
        let mut inputs = Value::Object(checked(manual, &asked.inputs)?);
        let gate = gate(&workflow, &row, trigger, &inputs)?;
        let id = ExecutionId::generate(attempt.now);
        let sealed = conceal(&workflow.mask, None, Some(&mut inputs))
            .map(|concealed| seal_concealed(&parts.master_key, id, &concealed))
            .transpose()
            .map_err(|error| failure("internal", error.to_string(), true))?;
        Ok(NewExecution {
            trigger_id: Some(trigger.id.clone()),
            dedup_key: Some(format!("{parent}:{path}")),
            inputs: Some(inputs),
            parent: Some(Parent { execution: parent, path }),
            gate,
            sealed,
            trace: self.trace.map_or(self.claimed.trace, |trace| Some(trace.at_step(&attempt.record.path))),
            ..NewExecution::new(id, row.id, row.version, "workflow", attempt.now)
        })
    }

    /// Refuses one child too deep. Counted by the parents, so that nothing has to be kept in step with them.
    async fn check_depth(&self) -> Result<(), NoChild> {
        let mut depth = 1;
        let mut parent = self.claimed.parent.clone();
        while let Some(Parent { execution, .. }) = parent {
            depth += 1;
            if depth >= DEEPEST {
                let message = format!("more than {DEEPEST} workflows would be within one another");
                return Err(failure("workflow_depth", message, false).into());
            }
            let row = read(self.claimed.id, || self.parts.store.execution(execution)).await?;
            parent = row.and_then(|row| row.parent);
        }
        Ok(())
    }
}

fn asked(input: &Value) -> Result<Asked, StepFailure> {
    let name = input.get("name").and_then(Value::as_str);
    let name = name.ok_or_else(|| mistake("`workflow` needs the `name` of a workflow".to_owned()))?;
    let inputs = match input.get("inputs") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(inputs)) => inputs.clone(),
        Some(_) => return Err(mistake("`inputs` is a map".to_owned())),
    };
    let waits = match input.get("wait") {
        None | Some(Value::Null) => true,
        Some(Value::Bool(waits)) => *waits,
        Some(_) => return Err(mistake("`wait` is true or false".to_owned())),
    };
    Ok(Asked { name: WorkflowName::new(name), inputs, waits })
}

fn manual_trigger(workflow: &Workflow) -> Option<(&Trigger, &ManualTrigger)> {
    workflow.triggers.iter().find_map(|trigger| match &trigger.kind {
        TriggerKind::Manual(manual) => Some((trigger, manual)),
        TriggerKind::Close(_)
        | TriggerKind::Vendor(_)
        | TriggerKind::Webhook(_)
        | TriggerKind::Schedule(_) => None,
    })
}

fn checked(manual: &ManualTrigger, given: &Map<String, Value>) -> Result<Map<String, Value>, StepFailure> {
    let Some(inputs) = &manual.inputs else { return Ok(given.clone()) };
    inputs.check(given).map_err(|mistakes| {
        let mistakes: Vec<String> = mistakes.iter().map(|mistake| format!("inputs: {mistake}")).collect();
        self::mistake(mistakes.join("; "))
    })
}

/// What the child is counted by.
fn gate(
    workflow: &Workflow,
    row: &WorkflowRow,
    trigger: &Trigger,
    inputs: &Value,
) -> Result<Option<Gate>, StepFailure> {
    let Some(concurrency) = &workflow.concurrency else { return Ok(None) };
    let mut scope = Scope::new();
    scope.set("event", &Value::Null);
    scope.set("trigger", &json!({ "id": trigger.id, "kind": "workflow" }));
    scope.set("inputs", inputs);
    scope.set("workflow", &json!({ "name": workflow.name, "version": row.version }));
    let key = concurrency.key_of(&scope).map_err(|error| {
        failure("expression", format!("`concurrency.key` of `{}`: {error}", workflow.name), false)
    })?;
    Ok(Some(Gate { key, limit: concurrency.limit.get() }))
}

fn mistake(message: String) -> StepFailure {
    failure("invalid_input", message, false)
}
