//! Deleting a workflow.

use bellhop_storage::{Action, Author};
use bellhop_workflow::ids::WorkflowName;

use super::audit::{change, shown};
use super::context::Context;
use super::{Expected, LifecycleError};

impl Context {
    /// Switches it off first: what would be left at a vendor could never be found again.
    pub(super) async fn delete(
        &self,
        name: &WorkflowName,
        expected: &Expected,
        author: Author,
    ) -> Result<(), LifecycleError> {
        let (_alone, mut workflow) = self.locked(name).await?;
        expected.check(&workflow)?;
        let (before, now) = (workflow.clone(), self.now());
        if let Err(error) = self.switch_off(&mut workflow).await {
            self.note_switched(author, Action::Deactivate, &workflow, before.state).await;
            return Err(error);
        }
        let mut tx = self.parts.store.begin().await?;
        tx.delete_workflow(workflow.id, workflow.version, now).await?;
        tx.audit(&change(author, Action::Delete, name, Some(shown(&before)), None, now)).await?;
        tx.commit().await?;
        self.parts.hooks.remove(workflow.id).await;
        Ok(())
    }
}
