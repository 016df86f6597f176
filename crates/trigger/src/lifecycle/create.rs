//! Storing a new workflow.

use bellhop_storage::{Action, Author, CreateError, NewWorkflow, WorkflowRow};
use bellhop_workflow::ids::WorkflowId;
use bellhop_workflow::model::Workflow;

use super::audit::{change, shown};
use super::context::Context;

impl Context {
    /// A new workflow is off: nothing is registered before somebody asks for it.
    pub(super) async fn store_new(
        &self,
        workflow: Workflow,
        yaml: String,
        author: Author,
    ) -> Result<WorkflowRow, CreateError> {
        let created_at = self.now();
        let new = NewWorkflow {
            id: WorkflowId::generate(created_at),
            name: workflow.name,
            description: workflow.description,
            yaml,
            created_at,
        };
        let mut tx = self.parts.store.begin().await?;
        let row = tx.create_workflow(&new).await?;
        tx.audit(&change(author, Action::Create, &row.name, None, Some(shown(&row)), created_at)).await?;
        tx.commit().await?;
        Ok(row)
    }
}
