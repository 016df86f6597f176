//! What every action needs: the workflow under its lock, its version parsed, its credentials, and writing down.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{NewSchedule, RegistrationRow, WorkflowRow};
use bellhop_vault::{Credential, CredentialKind};
use bellhop_workflow::activation::ActivationEvent;
use bellhop_workflow::ids::{CredentialName, HookId, RegistrationId, TriggerId, WorkflowId, WorkflowName};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use tokio::sync::OwnedMutexGuard;

use super::hold::{Hold, Holds};
use super::locks::WorkflowLocks;
use super::reconcile::Reconciler;
use super::wanted::{Place, Source, Wanted};
use super::{LifecycleError, LifecycleParts, transition};
use crate::catalogue::{CLOSE, catalogue};
use crate::hooks::{credential_of, kind_for};
use crate::manifest::manifest;
use crate::vendor::{Account, Site};

/// How long is waited for another node that works on the same workflow: longer than most activations take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked whether the other node is done.
const LOOK: Duration = Duration::from_millis(200);

/// The parts, and who works on which workflow.
pub(super) struct Context {
    pub(super) parts: LifecycleParts,
    pub(super) holds: Holds,
    pub(super) reconciler: Reconciler,
    /// Held by who works on a shared subscription.
    pub(super) sharing: Arc<tokio::sync::Mutex<()>>,
    locks: WorkflowLocks,
}

/// Nobody else works on a workflow while it lives, on this node or another.
pub(super) struct Alone {
    // The hold first: who waits in this process must find it let go of.
    _hold: Hold,
    _lock: OwnedMutexGuard<()>,
}

impl Context {
    pub(super) fn new(parts: LifecycleParts) -> Self {
        let holds = Holds::new(parts.store.clone(), Arc::clone(&parts.clock));
        Self {
            parts,
            holds,
            reconciler: Reconciler::default(),
            sharing: Arc::default(),
            locks: WorkflowLocks::default(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(super) fn hook_url(&self, hook: &HookId) -> String {
        format!("{}/webhook/{hook}", self.parts.public_url.trim_end_matches('/'))
    }

    /// The workflow, with nobody else at work on it while the guard lives.
    pub(super) async fn locked(&self, name: &WorkflowName) -> Result<(Alone, WorkflowRow), LifecycleError> {
        let id = self.parts.store.workflow(name).await?.ok_or(LifecycleError::NotFound)?.id;
        self.locked_by_id(id).await
    }

    /// The same, by its id.
    pub(super) async fn locked_by_id(&self, id: WorkflowId) -> Result<(Alone, WorkflowRow), LifecycleError> {
        let lock = self.locks.lock(id).await;
        let hold = self.held(&format!("workflow:{id}")).await?;
        // What was read before the lock was had may be out of date.
        let row = self.parts.store.workflow_by_id(id).await?.ok_or(LifecycleError::NotFound)?;
        Ok((Alone { _hold: hold, _lock: lock }, row))
    }

    /// Waits until no other node holds what `name` stands for.
    pub(super) async fn held(&self, name: &str) -> Result<Hold, LifecycleError> {
        let taken = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(hold) = self.holds.try_take(name).await? {
                    return Ok(hold);
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        taken.await.unwrap_or(Err(LifecycleError::Busy))
    }

    /// The workflow's present version.
    pub(super) async fn parsed(&self, row: &WorkflowRow) -> Result<Workflow, LifecycleError> {
        let version = self.parts.store.workflow_version(row.id, row.version).await?;
        let yaml = version.ok_or(LifecycleError::NotFound)?.yaml;
        bellhop_workflow::parse(&yaml, catalogue())
            .map(|parsed| parsed.workflow)
            .map_err(LifecycleError::Invalid)
    }

    /// Checks that each credential is there, before anything is done that would have to be undone for it.
    pub(super) async fn check_credentials(&self, wanted: &[Wanted]) -> Result<(), LifecycleError> {
        for wanted in wanted {
            match &wanted.source {
                Source::Vendor { site, .. } => {
                    self.account(site).await?;
                }
                Source::Webhook { auth, .. } => {
                    if let (Some(name), Some(kind)) = (credential_of(auth), kind_for(auth)) {
                        self.credential(name, kind).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The vendor of a site, spoken to with the site's credential.
    pub(super) async fn account(&self, site: &Site) -> Result<Account, LifecycleError> {
        let name = &site.credential;
        if site.provider == CLOSE {
            return match self.credential(name, CredentialKind::Close).await? {
                Credential::Close { api_key } => {
                    Ok(Account::Close { api: self.parts.close.clone(), key: api_key })
                }
                other => Err(wrong_kind(name, CredentialKind::Close, other.kind())),
            };
        }
        let unknown = || LifecycleError::UnknownVendor { provider: site.provider.clone() };
        let manifest = manifest(&site.provider).ok_or_else(unknown)?;
        let registration = manifest.registration.as_ref().ok_or_else(unknown)?;
        let credential = self.credential(name, registration.credential()).await?;
        let parameters = site.parameters.clone();
        Ok(Account::Declared(self.parts.vendors.account(manifest, registration, parameters, credential)))
    }

    /// The same for a registration; none where it is at no vendor.
    pub(super) async fn account_of(&self, row: &RegistrationRow) -> Result<Option<Account>, LifecycleError> {
        match Site::of(row) {
            Some(site) => self.account(&site).await.map(Some),
            None => Ok(None),
        }
    }

    async fn credential(
        &self,
        name: &CredentialName,
        expected: CredentialKind,
    ) -> Result<Credential, LifecycleError> {
        let resolved = self.parts.credentials.resolve(name).await;
        let credential =
            resolved.map_err(|source| LifecycleError::Credential { name: name.clone(), source })?;
        let actual = credential.kind();
        if actual == expected { Ok(credential) } else { Err(wrong_kind(name, expected, actual)) }
    }

    /// A registration for a trigger that has none: inactive, with a URL of its own.
    pub(super) fn new_registration(
        &self,
        workflow: WorkflowId,
        wanted: &Wanted,
    ) -> Result<RegistrationRow, LifecycleError> {
        let now = self.now();
        let hook = Self::hook_at(wanted.place(None))?;
        let trigger: TriggerId = wanted.trigger.clone();
        Ok(transition::new_row(
            RegistrationId::generate(now),
            workflow,
            trigger,
            wanted.provider(),
            hook,
            now,
        ))
    }

    /// The hook's id, made of 128 random bits where any will do.
    pub(super) fn hook_at(place: Place) -> Result<HookId, LifecycleError> {
        match place {
            Place::At(hook) => Ok(hook),
            Place::Anywhere => {
                let mut bits = [0; 16];
                getrandom::fill(&mut bits).map_err(LifecycleError::NoRandomness)?;
                Ok(HookId::new(hex::encode(bits)))
            }
        }
    }

    /// Brings the hooks of a workflow that is off, or about to be, up to date. Where they cannot be read they are
    /// forgotten: what is off must not let anything through.
    pub(super) async fn refresh_or_close(&self, workflow: WorkflowId) {
        if let Err(error) = self.parts.hooks.refresh(workflow).await {
            tracing::error!(%workflow, %error, "the hooks cannot be read; they are switched off");
            self.parts.hooks.remove(workflow).await;
        }
    }

    /// Writes one registration down.
    pub(super) async fn save(&self, row: &RegistrationRow) -> Result<(), LifecycleError> {
        let mut tx = self.parts.store.begin().await?;
        tx.save_registration(row).await.map_err(LifecycleError::saving(row.hook_id.as_str()))?;
        Ok(tx.commit().await?)
    }

    /// Writes down what becomes of the workflow and, with it, of `rows`. It has no schedules from then on.
    pub(super) async fn apply(
        &self,
        workflow: &mut WorkflowRow,
        event: ActivationEvent,
        rows: &[RegistrationRow],
    ) -> Result<(), LifecycleError> {
        self.apply_with(workflow, event, rows, &[]).await
    }

    /// The same for a workflow that has schedules from then on: one that is on.
    pub(super) async fn apply_with(
        &self,
        workflow: &mut WorkflowRow,
        event: ActivationEvent,
        rows: &[RegistrationRow],
        schedules: &[NewSchedule],
    ) -> Result<(), LifecycleError> {
        let (now, next) = (self.now(), workflow.state.apply(event)?);
        let mut tx = self.parts.store.begin().await?;
        tx.set_workflow_state(workflow.id, workflow.state, next, now).await?;
        tx.set_schedules(workflow.id, schedules).await?;
        // A path may go from one trigger of the workflow to another: all let go before any takes hold.
        for row in rows.iter().filter(|row| row.provider == "webhook") {
            tx.delete_registration(row.id).await?;
        }
        for row in rows {
            tx.save_registration(row).await.map_err(LifecycleError::saving(row.hook_id.as_str()))?;
        }
        tx.commit().await?;
        if workflow.state != next {
            tracing::info!(workflow = %workflow.name, from = %workflow.state, to = %next, "workflow changed state");
        }
        workflow.state = next;
        workflow.updated_at = now;
        Ok(())
    }
}

fn wrong_kind(name: &CredentialName, expected: CredentialKind, actual: CredentialKind) -> LifecycleError {
    LifecycleError::CredentialKind { name: name.clone(), expected, actual }
}
