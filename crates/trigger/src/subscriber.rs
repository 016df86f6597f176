//! Who waits at a hook: the registration, its workflow, and that workflow's newest version.

use bellhop_storage::{RegistrationRow, Store, StoreError, WorkflowRow};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{HookId, TriggerId, WorkflowId};
use bellhop_workflow::model::{CloseTrigger, Trigger, TriggerKind, Workflow};

use crate::catalogue::catalogue;

/// A registration with what it is for.
pub(crate) struct Subscriber {
    pub(crate) registration: RegistrationRow,
    pub(crate) workflow: WorkflowRow,
    pub(crate) parsed: Workflow,
}

impl Subscriber {
    /// The trigger that waits at that hook; none where it does not, or where the workflow cannot be read any more.
    pub(crate) async fn at(
        store: &Store,
        hook: &HookId,
        workflow: WorkflowId,
        trigger: &TriggerId,
    ) -> Result<Option<Self>, StoreError> {
        let is_it = |row: &RegistrationRow| row.workflow_id == workflow && row.trigger_id == *trigger;
        match store.registrations_by_hook(hook).await?.into_iter().find(is_it) {
            Some(registration) => Self::of(store, registration).await,
            None => Ok(None),
        }
    }

    /// The same for a registration.
    pub(crate) async fn of(store: &Store, registration: RegistrationRow) -> Result<Option<Self>, StoreError> {
        let Some(workflow) = store.workflow_by_id(registration.workflow_id).await? else { return Ok(None) };
        let Some(version) = store.workflow_version(workflow.id, workflow.version).await? else {
            return Ok(None);
        };
        let parsed = bellhop_workflow::parse(&version.yaml, catalogue()).ok();
        Ok(parsed.map(|parsed| Self { registration, workflow, parsed: parsed.workflow }))
    }

    /// Whether deliveries start something.
    pub(crate) fn is_on(&self) -> bool {
        self.workflow.state == ActivationState::Active && self.registration.state == ActivationState::Active
    }

    /// The trigger that the registration is of; none where this version has it no more.
    pub(crate) fn trigger(&self) -> Option<&Trigger> {
        let is_it = |trigger: &&Trigger| {
            trigger.id == self.registration.trigger_id && trigger.kind.as_str() == self.registration.provider
        };
        self.parsed.triggers.iter().find(is_it)
    }

    /// What that trigger wants of Close; none where it is of another kind.
    pub(crate) fn close(&self) -> Option<&CloseTrigger> {
        match self.trigger().map(|trigger| &trigger.kind) {
            Some(TriggerKind::Close(close)) => Some(close),
            _ => None,
        }
    }
}
