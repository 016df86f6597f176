//! What the expressions of an execution see as it begins.

use std::sync::Arc;

use bellhop_workflow::event::HeldEvent;
use bellhop_workflow::expression::{ExpressionError, Scope};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use serde_json::{Map, Value, json};

/// What an execution begins with, in the words of expressions.
pub(crate) struct Beginning {
    pub(crate) event: Option<Arc<HeldEvent>>,
    pub(crate) trigger: Value,
    pub(crate) inputs: Value,
    pub(crate) execution: Value,
    pub(crate) workflow: Value,
    pub(crate) started_at: Timestamp,
}

/// The scope with all roots but `vars`.
pub(crate) fn begin(beginning: &Beginning) -> Scope {
    let mut scope = Scope::new();
    scope.set_event(beginning.event.clone());
    scope.set("trigger", &beginning.trigger);
    scope.set("inputs", &beginning.inputs);
    scope.set("execution", &beginning.execution);
    scope.set("workflow", &beginning.workflow);
    scope
}

/// Renders `vars` into the scope.
pub(crate) fn add_vars(
    workflow: &Workflow,
    started_at: Timestamp,
    scope: &mut Scope,
) -> Result<(), ExpressionError> {
    let mut vars = Map::new();
    if !workflow.vars.is_empty() {
        scope.set_now(started_at);
    }
    for (name, template) in &workflow.vars {
        vars.insert(name.clone(), template.render(scope)?);
        // One var may use an earlier one.
        scope.set("vars", &Value::Object(vars.clone()));
    }
    Ok(())
}

/// `execution` in expressions.
pub(crate) fn execution(id: impl serde::Serialize, attempt: u32, started_at: Timestamp) -> Value {
    json!({ "id": id, "attempt": attempt, "started_at": started_at })
}
