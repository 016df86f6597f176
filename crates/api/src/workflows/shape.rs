//! A workflow as clients see it.

use bellhop_storage::{RegistrationRow, ScheduleRow, WorkflowRow};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::{TriggerId, Version, WorkflowId, WorkflowName};
use bellhop_workflow::model::TriggerKind;
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::stored;
use crate::problem::Problem;
use crate::registrations::shape::Registration;
use crate::state::ApiState;

/// What lists and single answers have in common.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkflowHead)]
pub(crate) struct Head {
    id: WorkflowId,
    name: WorkflowName,
    #[schema(example = "Greets whoever comes.")]
    description: Option<String>,
    state: ActivationState,
    version: Version,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<WorkflowRow> for Head {
    fn from(row: WorkflowRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            state: row.state,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One workflow, with its newest text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Workflow {
    #[serde(flatten)]
    head: Head,
    #[schema(
        example = "name: greet\ntriggers:\n  - manual:\nsteps:\n  - { id: greet, uses: log, with: { message: hello } }\n"
    )]
    yaml: String,
    triggers: Vec<Trigger>,
    registrations: Vec<Registration>,
}

/// A workflow that was just stored, with what is probably a mistake in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowWithWarnings {
    #[serde(flatten)]
    pub(crate) workflow: Workflow,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One of its triggers.
#[derive(Debug, Serialize, ToSchema)]
struct Trigger {
    id: TriggerId,
    #[schema(example = "close")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://bellhop.example.com/webhook/5f0c6a1be0f24d0a9d6a2f4b8c7e1d30")]
    hook_url: Option<String>,
    /// What a schedule goes by: `0 9 * * 1-5 Europe/Berlin`, `every 15m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "every 15m")]
    timing: Option<String>,
    /// When a schedule fires next; none where the workflow is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
}

impl Workflow {
    /// The workflow of that name as it stands now; 404 where there is none.
    pub(crate) async fn load(state: &ApiState, name: &WorkflowName) -> Result<Self, Problem> {
        let row = stored::workflow(&state.store, name).await?;
        let yaml = stored::newest(&state.store, &row).await?.yaml;
        let registrations = state.store.registrations(row.id).await?;
        let schedules = state.store.schedules(row.id).await?;
        Ok(Self::new(state, row, yaml, registrations, &schedules))
    }

    /// Which workflow it is, and as which version.
    pub(super) const fn identity(&self) -> (WorkflowId, Version) {
        (self.head.id, self.head.version)
    }

    fn new(
        state: &ApiState,
        row: WorkflowRow,
        yaml: String,
        rows: Vec<RegistrationRow>,
        schedules: &[ScheduleRow],
    ) -> Self {
        let triggers = stored::parse(&yaml).map_or_else(|_| Vec::new(), |workflow| workflow.triggers);
        let triggers = triggers.into_iter().map(|trigger| Trigger {
            kind: trigger.kind.as_str().to_owned(),
            hook_url: rows
                .iter()
                .find(|row| row.trigger_id == trigger.id)
                .map(|row| state.hook_url(row.hook())),
            timing: match &trigger.kind {
                TriggerKind::Schedule(schedule) => Some(schedule.timing_in_words()),
                TriggerKind::Close(_)
                | TriggerKind::Vendor(_)
                | TriggerKind::Webhook(_)
                | TriggerKind::Manual(_) => None,
            },
            next_at: schedules
                .iter()
                .find(|schedule| schedule.trigger_id == trigger.id)
                .and_then(|schedule| schedule.next_at),
            id: trigger.id,
        });
        Self {
            triggers: triggers.collect(),
            registrations: rows.into_iter().map(|row| Registration::new(state, row)).collect(),
            head: row.into(),
            yaml,
        }
    }
}
