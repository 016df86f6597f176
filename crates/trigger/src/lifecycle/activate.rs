//! Switching a workflow on.

use bellhop_storage::{Action, Author, RegistrationRow, WorkflowRow};
use bellhop_workflow::activation::{ActivationEvent, ActivationState};
use bellhop_workflow::ids::{WorkflowId, WorkflowName};
use bellhop_workflow::model::Workflow;

use super::context::Context;
use super::register::Failed;
use super::schedules::schedules;
use super::wanted::{Place, Wanted, wanted};
use super::{LifecycleError, plan, transition};

impl Context {
    pub(super) async fn activate(
        &self,
        name: &WorkflowName,
        author: Author,
    ) -> Result<WorkflowRow, LifecycleError> {
        let (_alone, mut workflow) = self.locked(name).await?;
        let before = workflow.state;
        if before == ActivationState::Active {
            self.parts.hooks.refresh(workflow.id).await?;
            return Ok(workflow);
        }
        let done = self.switch_on_from_anywhere(&mut workflow).await;
        self.note_switched(author, Action::Activate, &workflow, before).await;
        done.map(|()| workflow)
    }

    /// Switches on what is off, or was left in between.
    pub(super) async fn switch_on_from_anywhere(
        &self,
        workflow: &mut WorkflowRow,
    ) -> Result<(), LifecycleError> {
        let definition = self.parsed(workflow).await?;
        let wanted = wanted(&definition);
        self.check_credentials(&wanted).await?;
        self.warn_of_an_open_line(workflow, &wanted);
        if workflow.state == ActivationState::Deactivating {
            self.switch_off(workflow).await?;
        }
        self.apply(workflow, ActivationEvent::Activate, &[]).await?;
        match self.register(workflow, &definition, wanted).await {
            Ok(()) => Ok(self.parts.hooks.refresh(workflow.id).await?),
            Err(failed) => {
                let end = if failed.clean { ActivationEvent::Refused } else { ActivationEvent::AnswerLost };
                if let Err(error) = self.apply(workflow, end, &[]).await {
                    // It stays `activating`, which the next activation takes up: what the user has to know is the first.
                    tracing::error!(workflow = %workflow.name, %error, "a failed activation is not stored");
                }
                self.refresh_or_close(workflow.id).await;
                Err(failed.error)
            }
        }
    }

    /// Registers all that is wanted and writes the workflow down as active, or takes everything back.
    async fn register(
        &self,
        workflow: &mut WorkflowRow,
        definition: &Workflow,
        wanted: Vec<Wanted>,
    ) -> Result<(), Failed> {
        let begun = match self.clear_and_begin(workflow, wanted).await {
            Ok(begun) => begun,
            Err(Unclear { error, clean }) => return Err(Failed { error, rows: Vec::new(), clean }),
        };
        let mut made = self.make_all(begun).await?;
        if let Err(error) = self.switch_on(workflow, definition, made.clone()).await {
            let clean = self.take_back(&mut made).await;
            return Err(Failed { error, rows: made, clean });
        }
        Ok(())
    }

    async fn switch_on(
        &self,
        workflow: &mut WorkflowRow,
        definition: &Workflow,
        mut made: Vec<RegistrationRow>,
    ) -> Result<(), LifecycleError> {
        for row in &mut made {
            transition::confirm(row, self.now())?;
        }
        let schedules = schedules(definition, self.now());
        self.apply_with(workflow, ActivationEvent::Confirmed, &made, &schedules).await
    }

    /// Takes away what an earlier attempt may have left, and writes down what is about to be made.
    async fn clear_and_begin(
        &self,
        workflow: &mut WorkflowRow,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<(Wanted, RegistrationRow)>, Unclear> {
        let mut rows = self.parts.store.registrations(workflow.id).await.map_err(LifecycleError::from)?;
        for row in rows.iter_mut().filter(|row| row.state != ActivationState::Inactive) {
            self.dispose(row).await.map_err(|error| Unclear { error, clean: false })?;
        }
        let plan::Matched { pairs, unwanted } = plan::matched(wanted, rows);
        let begun: Result<Vec<_>, _> =
            pairs.into_iter().map(|(wanted, row)| self.begin(workflow.id, wanted, row)).collect();
        let begun = begun?;
        self.write_begun(workflow, &begun, &unwanted).await?;
        Ok(begun)
    }

    /// The registration of a trigger, new or as it was, about to be made.
    pub(super) fn begin(
        &self,
        workflow: WorkflowId,
        wanted: Wanted,
        row: Option<RegistrationRow>,
    ) -> Result<(Wanted, RegistrationRow), LifecycleError> {
        let mut row = row.map_or_else(|| self.new_registration(workflow, &wanted), Ok)?;
        let hook = Self::hook_at(wanted.place(Some(&row.hook_id)))?;
        let shared = if wanted.is_shared() { Some(Self::hook_at(Place::Anywhere)?) } else { None };
        let url = self.hook_url(shared.as_ref().unwrap_or(&hook));
        transition::begin(&mut row, &wanted, hook, shared, url, self.now())?;
        Ok((wanted, row))
    }

    async fn write_begun(
        &self,
        workflow: &mut WorkflowRow,
        begun: &[(Wanted, RegistrationRow)],
        unwanted: &[RegistrationRow],
    ) -> Result<(), LifecycleError> {
        if !unwanted.is_empty() {
            let mut tx = self.parts.store.begin().await?;
            for row in unwanted {
                tx.delete_registration(row.id).await?;
            }
            tx.commit().await?;
        }
        let rows: Vec<_> = begun.iter().map(|(_, row)| row.clone()).collect();
        self.apply(workflow, ActivationEvent::Activate, &rows).await
    }

    /// Vendors check certificates, and what is sent in the clear can be read and repeated by others.
    fn warn_of_an_open_line(&self, workflow: &WorkflowRow, wanted: &[Wanted]) {
        let vendors = wanted.iter().any(|wanted| wanted.site().is_some());
        if vendors && !self.parts.public_url.starts_with("https://") {
            let public_url = self.parts.public_url.as_str();
            tracing::warn!(workflow = %workflow.name, public_url, "the public URL is not https");
        }
    }
}

/// It did not come to making anything.
struct Unclear {
    error: LifecycleError,
    clean: bool,
}

impl From<LifecycleError> for Unclear {
    fn from(error: LifecycleError) -> Self {
        Self { error, clean: true }
    }
}
