//! Writing down a change that has been made.

use bellhop_storage::{Action, NewAudit, Subject};
use bellhop_workflow::ids::AuditId;
use serde_json::Value;

use crate::access::Caller;
use crate::state::ApiState;

/// Writes down what the caller has just done, where that is no transaction that the entry could be a part of: starting,
/// ending and repeating executions goes through the task that writes for many at once. Where it fails, the change stands,
/// and the log of the process has the entry.
pub(crate) async fn note(state: &ApiState, caller: &Caller, action: Action, subject: Subject, after: Value) {
    let (author, at) = (caller.author(), state.clock.now());
    let entry =
        NewAudit { id: AuditId::generate(at), author, action, subject, before: None, after: Some(after), at };
    if let Err(error) = state.store.audit(&entry).await {
        let error: &dyn std::error::Error = &error;
        let (who, address) = (entry.author.name(), entry.author.address.as_deref());
        let (action, object) = (action.as_str(), entry.subject.kind());
        let name = entry.subject.name();
        tracing::error!(error, who, address, action, object, name, "a change is not in the audit log");
    }
}
