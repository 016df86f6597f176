//! Storing a new workflow.

use bellhop_storage::{CreateError, NewWorkflow, WorkflowRow};
use bellhop_workflow::ids::WorkflowId;
use bellhop_workflow::model::Workflow;

use super::context::Context;

impl Context {
    /// A new workflow is off: nothing is registered before somebody asks for it.
    pub(super) async fn store_new(
        &self,
        workflow: Workflow,
        yaml: String,
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
        tx.commit().await?;
        Ok(row)
    }
}
