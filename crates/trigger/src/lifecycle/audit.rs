//! Changes of workflows, for the audit log: which version it is, and whether it is on.
//!
//! What is one transaction is written down in it. Switching on and off is many, with calls of vendors between them, and is
//! written down right after the last.

use bellhop_storage::{Action, Author, NewAudit, Subject, WorkflowRow};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{AuditId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde_json::{Value, json};

use super::context::Context;

/// What the log says of a workflow.
pub(super) fn shown(workflow: &WorkflowRow) -> Value {
    json!({ "version": workflow.version.0, "state": workflow.state.as_str() })
}

pub(super) fn change(
    author: Author,
    action: Action,
    workflow: &WorkflowName,
    before: Option<Value>,
    after: Option<Value>,
    at: Timestamp,
) -> NewAudit {
    let (id, subject) = (AuditId::generate(at), Subject::Workflow(workflow.clone()));
    NewAudit { id, author, action, subject, before, after, at }
}

impl Context {
    /// Writes down that the workflow was in the state `before` and is in another now, whatever was wanted.
    pub(super) async fn note_switched(
        &self,
        author: Author,
        action: Action,
        workflow: &WorkflowRow,
        before: ActivationState,
    ) {
        if workflow.state == before {
            return;
        }
        let was = json!({ "version": workflow.version.0, "state": before.as_str() });
        let entry = change(author, action, &workflow.name, Some(was), Some(shown(workflow)), self.now());
        if let Err(error) = self.parts.store.audit(&entry).await {
            let (error, who): (&dyn std::error::Error, _) = (&error, entry.author.name());
            tracing::error!(error, who, workflow = %workflow.name, state = %workflow.state, "a change is not in the audit log");
        }
    }
}
