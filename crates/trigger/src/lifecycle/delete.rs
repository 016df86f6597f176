//! Deleting a workflow.

use bellhop_workflow::ids::WorkflowName;

use super::LifecycleError;
use super::context::Context;

impl Context {
    /// Switches it off first: what would be left at a vendor could never be found again.
    pub(super) async fn delete(&self, name: &WorkflowName) -> Result<(), LifecycleError> {
        let (_alone, mut workflow) = self.locked(name).await?;
        self.switch_off(&mut workflow).await?;
        let mut tx = self.parts.store.begin().await?;
        tx.delete_workflow(workflow.id, self.now()).await?;
        tx.commit().await?;
        self.parts.hooks.remove(workflow.id).await;
        Ok(())
    }
}
