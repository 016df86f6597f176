//! Giving a workflow a new version, without a gap where it is on.

use bellhop_storage::{Action, Author, NewSchedule, RegistrationRow, WorkflowRow};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::model::Workflow;

use super::audit::{change, shown};
use super::context::Context;
use super::plan::Update;
use super::register::Failed;
use super::schedules::schedules;
use super::wanted::{Wanted, wanted};
use super::widen::{Heir, Widened, Wider};
use super::{Expected, LifecycleError, plan, transition};

impl Context {
    pub(super) async fn update(
        &self,
        name: &WorkflowName,
        new: Workflow,
        yaml: &str,
        expected: &Expected,
        author: Author,
    ) -> Result<WorkflowRow, LifecycleError> {
        if new.name != *name {
            return Err(LifecycleError::NameMismatch { expected: name.clone(), actual: new.name });
        }
        let (_alone, mut workflow) = self.locked(name).await?;
        expected.check(&workflow)?;
        if workflow.state == ActivationState::Active {
            self.update_active(&mut workflow, &new, yaml, author).await?;
        } else {
            self.store_version(&mut workflow, &new, yaml, Changes::default(), author).await?;
        }
        self.parts.hooks.refresh(workflow.id).await?;
        Ok(workflow)
    }

    /// First what is new is made or asked for at the vendors, then the version is stored and everything switches over to
    /// it, then what is not wanted any more goes. In between an event may come twice, by the old way and the new; it starts
    /// one execution, as any other that is delivered twice.
    async fn update_active(
        &self,
        workflow: &mut WorkflowRow,
        new: &Workflow,
        yaml: &str,
        author: Author,
    ) -> Result<(), LifecycleError> {
        let wanted_now = wanted(new);
        self.check_credentials(&wanted_now).await?;
        // Where the old version cannot be read any more, nothing is known to be the same.
        let wanted_before = self.parsed(workflow).await.map(|old| wanted(&old)).unwrap_or_default();
        let rows = self.parts.store.registrations(workflow.id).await?;
        let Update { keep, change, mut make, mut retire } = plan::update(&wanted_before, wanted_now, rows);

        let Widened { changed, gone } = self.widen(&wanted_before, change).await?;
        for (wanted, row) in gone {
            make.push(wanted);
            retire.push(row);
        }
        let (at_vendors, here): (Vec<_>, Vec<_>) =
            make.into_iter().partition(|wanted| wanted.site().is_some());
        let mut made = match self.make_new(workflow, at_vendors).await {
            Ok(made) => made,
            Err(error) => {
                self.narrow_back(&changed).await;
                return Err(error);
            }
        };
        let wider = changed.clone();
        let update = Update { keep, change: Vec::new(), make: here, retire };
        match self.switch_over(workflow, new, yaml, (update, changed), made.clone(), author).await {
            Ok(retired) => {
                self.parts.hooks.refresh(workflow.id).await?;
                self.narrow(&wider).await;
                self.retire(retired).await;
                Ok(())
            }
            Err(error) => {
                self.narrow_back(&wider).await;
                self.take_back(&mut made).await;
                self.forget_inactive(&made).await;
                Err(error)
            }
        }
    }

    /// Stores the version and, in the same commit, what changes here with it. Gives what is still to be deleted at the
    /// vendors.
    async fn switch_over(
        &self,
        workflow: &mut WorkflowRow,
        new: &Workflow,
        yaml: &str,
        (update, wider): (Update, Vec<Wider>),
        mut made: Vec<RegistrationRow>,
        author: Author,
    ) -> Result<Vec<RegistrationRow>, LifecycleError> {
        let mut changes = self.changes(workflow, update)?;
        for row in &mut made {
            transition::confirm(row, self.now())?;
        }
        changes.inherit = self.heirs(&mut made, &changes.retire).await?;
        changes.save.append(&mut made);
        for Wider { mut row, wanted, .. } in wider {
            transition::ask_for(&mut row, wanted.events(), self.now());
            changes.changed.push(row);
        }
        changes.schedules = Some(schedules(new, self.now()));
        let retired = changes.retire.clone();
        self.store_version(workflow, new, yaml, changes, author).await?;
        Ok(retired)
    }

    /// Makes new registrations beside those that there are. Where one is refused, none is left.
    async fn make_new(
        &self,
        workflow: &WorkflowRow,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<RegistrationRow>, LifecycleError> {
        let begun: Result<Vec<_>, _> =
            wanted.into_iter().map(|wanted| self.begin(workflow.id, wanted, None)).collect();
        let begun = begun?;
        for (_, row) in &begun {
            self.save(row).await?;
        }
        match self.make_all(begun).await {
            Ok(made) => Ok(made),
            Err(Failed { error, rows, .. }) => {
                self.forget_inactive(&rows).await;
                Err(error)
            }
        }
    }

    /// What changes here together with the version.
    fn changes(&self, workflow: &WorkflowRow, update: Update) -> Result<Changes, LifecycleError> {
        let mut changes = Changes::default();
        for (wanted, mut row) in update.keep {
            let hook = Self::hook_at(wanted.place(Some(&row.hook_id)))?;
            if hook != row.hook_id {
                row.url = Some(self.hook_url(&hook));
                row.hook_id = hook;
                row.updated_at = self.now();
                changes.save.push(row);
            }
        }
        for wanted in update.make {
            let (_, mut row) = self.begin(workflow.id, wanted, None)?;
            transition::confirm(&mut row, self.now())?;
            changes.save.push(row);
        }
        for mut row in update.retire {
            if row.state == ActivationState::Inactive || row.credential.is_none() {
                changes.delete.push(row);
            } else {
                transition::end(&mut row, self.now())?;
                changes.retire.push(row);
            }
        }
        Ok(changes)
    }

    async fn store_version(
        &self,
        workflow: &mut WorkflowRow,
        new: &Workflow,
        yaml: &str,
        changes: Changes,
        author: Author,
    ) -> Result<(), LifecycleError> {
        let (now, description) = (self.now(), new.description.as_deref());
        let mut tx = self.parts.store.begin().await?;
        let version = tx.update_workflow(workflow.id, workflow.version, yaml, description, now).await?;
        // A path may go from one trigger to another: all let go before any takes hold.
        for row in changes.delete.iter().chain(&changes.save) {
            tx.delete_registration(row.id).await?;
        }
        for row in changes.save.iter().chain(&changes.changed) {
            tx.save_registration(row).await.map_err(LifecycleError::saving(row.hook_id.as_str()))?;
        }
        for heir in &changes.inherit {
            // Before the other is written down as going, which is on no more then.
            tx.inherit_active_since(heir.id, heir.of).await?;
            tx.request_recovery(heir.id, heir.since, now).await?;
        }
        for row in &changes.retire {
            tx.save_registration(row).await.map_err(LifecycleError::saving(row.hook_id.as_str()))?;
        }
        if let Some(schedules) = &changes.schedules {
            tx.set_schedules(workflow.id, schedules).await?;
        }
        let after = WorkflowRow {
            version,
            description: description.map(str::to_owned),
            updated_at: now,
            ..workflow.clone()
        };
        let (was, is) = (Some(shown(workflow)), Some(shown(&after)));
        tx.audit(&change(author, Action::Update, &workflow.name, was, is, now)).await?;
        tx.commit().await?;
        *workflow = after;
        Ok(())
    }

    /// Deletes what the new version does not want any more. Where a vendor does not confirm it, the registration stays
    /// `deactivating` with the vendor's words, and is taken up again when the workflow is next changed or switched off.
    async fn retire(&self, rows: Vec<RegistrationRow>) {
        for mut row in rows {
            let done = match self.take_down(&row).await {
                Ok(()) => self.forget(&row).await,
                Err(error) => {
                    tracing::warn!(registration = %row.id, %error, "a registration is still to be deleted");
                    row.last_error = Some(error.to_string());
                    self.save(&row).await
                }
            };
            if let Err(error) = done {
                tracing::error!(registration = %row.id, %error, "the end of a registration is not stored");
            }
        }
    }

    /// Forgets registrations that nothing is left of.
    pub(super) async fn forget_inactive(&self, rows: &[RegistrationRow]) {
        for row in rows.iter().filter(|row| row.state == ActivationState::Inactive) {
            if let Err(error) = self.forget(row).await {
                tracing::error!(registration = %row.id, %error, "a registration that was not made is still listed");
            }
        }
    }

    pub(super) async fn forget(&self, row: &RegistrationRow) -> Result<(), LifecycleError> {
        let mut tx = self.parts.store.begin().await?;
        tx.delete_registration(row.id).await?;
        Ok(tx.commit().await?)
    }
}

/// What changes together with the version.
#[derive(Default)]
struct Changes {
    /// As they are to be from now on.
    save: Vec<RegistrationRow>,
    /// Asked for other events than before. What is known of them besides stays.
    changed: Vec<RegistrationRow>,
    /// What goes on for others, of `save`.
    inherit: Vec<Heir>,
    /// Nothing of them is at a vendor.
    delete: Vec<RegistrationRow>,
    /// About to be deleted at their vendor.
    retire: Vec<RegistrationRow>,
    /// The schedules of a workflow that is on; those that it has already and that stay the same go on.
    schedules: Option<Vec<NewSchedule>>,
}
