//! Switching a workflow off.

use bellhop_storage::{Action, Author, WorkflowRow};
use bellhop_workflow::activation::{ActivationEvent, ActivationState};
use bellhop_workflow::ids::WorkflowName;

use super::context::Context;
use super::{LifecycleError, transition};

impl Context {
    pub(super) async fn deactivate(
        &self,
        name: &WorkflowName,
        author: Author,
    ) -> Result<WorkflowRow, LifecycleError> {
        let (_alone, mut workflow) = self.locked(name).await?;
        let before = workflow.state;
        let done = self.switch_off(&mut workflow).await;
        self.note_switched(author, Action::Deactivate, &workflow, before).await;
        done.map(|()| workflow)
    }

    /// Refuses deliveries at once, then deletes every registration at its vendor. The workflow stays `deactivating`
    /// until all of them are gone; the first that is not is reported.
    pub(super) async fn switch_off(&self, workflow: &mut WorkflowRow) -> Result<(), LifecycleError> {
        if workflow.state == ActivationState::Inactive {
            return Ok(());
        }
        let mut rows = self.parts.store.registrations(workflow.id).await?;
        rows.retain(|row| row.state != ActivationState::Inactive);
        for row in &mut rows {
            transition::end(row, self.now())?;
        }
        self.apply(workflow, ActivationEvent::Deactivate, &rows).await?;
        self.refresh_or_close(workflow.id).await;

        let mut first_error = None;
        for row in &mut rows {
            match self.take_down(row).await {
                Ok(()) => transition::gone(row, self.now())?,
                Err(error) => {
                    row.last_error = Some(error.to_string());
                    first_error.get_or_insert(error);
                }
            }
            self.save(row).await?;
        }
        if let Some(error) = first_error {
            return Err(error);
        }
        self.apply(workflow, ActivationEvent::Gone, &[]).await?;
        self.refresh_or_close(workflow.id).await;
        Ok(())
    }
}
