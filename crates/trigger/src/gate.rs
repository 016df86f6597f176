//! `concurrency:`: what an execution that is about to be recorded is counted by.

use bellhop_storage::Gate;
use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::Workflow;
use serde_json::Value;

/// The gate of an execution of `workflow`; none where any number of them may run at once. `scope` has the event, and
/// what else is known before it begins. Where the key cannot be computed, the execution is counted with those whose
/// key is empty: it waits longer than it had to, rather than run beside what it must not run beside.
pub(crate) fn of(workflow: &Workflow, scope: &Scope) -> Option<Gate> {
    let concurrency = workflow.concurrency.as_ref()?;
    let key = match concurrency.key.as_ref().map(|key| key.render(scope)) {
        None => String::new(),
        Some(Ok(Value::String(text))) => text,
        Some(Ok(value)) => value.to_string(),
        Some(Err(error)) => {
            tracing::warn!(workflow = %workflow.name, %error, "`concurrency.key` has no value");
            String::new()
        }
    };
    Some(Gate { key, limit: concurrency.limit.get() })
}
