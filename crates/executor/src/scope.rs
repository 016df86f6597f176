//! What the expressions of an execution see.

use bellhop_storage::ClaimedExecution;
use bellhop_workflow::expression::{ExpressionError, Scope};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use serde_json::{Map, Value, json};

/// The scope as an execution begins, `vars` rendered.
pub(crate) fn begin(
    claimed: &ClaimedExecution,
    workflow: &Workflow,
    started_at: Timestamp,
) -> Result<Scope, ExpressionError> {
    let mut scope = Scope::new();
    let event = claimed.event.as_ref().map_or(Value::Null, |event| json!(event));
    scope.set("event", &event);
    scope.set("trigger", &json!({ "id": claimed.trigger_id, "kind": claimed.trigger_kind }));
    scope.set("inputs", claimed.inputs.as_ref().unwrap_or(&Value::Object(Map::new())));
    scope
        .set("execution", &json!({ "id": claimed.id, "attempt": claimed.attempt, "started_at": started_at }));
    scope.set("workflow", &json!({ "name": workflow.name, "version": claimed.version }));
    let mut vars = Map::new();
    for (name, template) in &workflow.vars {
        vars.insert(name.clone(), template.render(&scope)?);
        // One var may use an earlier one.
        scope.set("vars", &Value::Object(vars.clone()));
    }
    Ok(scope)
}
