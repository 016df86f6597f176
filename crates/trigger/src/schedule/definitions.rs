//! The triggers of the versions whose schedules fire, parsed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bellhop_storage::{Store, StoreError};
use bellhop_workflow::ids::{TriggerId, Version, WorkflowId};
use bellhop_workflow::model::{Trigger, TriggerKind, Workflow};
use bellhop_workflow::schedule::Timetable;

use crate::catalogue::catalogue;

/// A `schedule` trigger that can be followed.
#[derive(Debug)]
pub(super) struct Scheduled {
    pub(super) workflow: Arc<Workflow>,
    index: usize,
    pub(super) timetable: Timetable,
}

impl Scheduled {
    pub(super) fn trigger(&self) -> &Trigger {
        &self.workflow.triggers[self.index]
    }
}

type Of = HashMap<TriggerId, Arc<Scheduled>>;

/// What is known already. Each workflow's newest version is kept, as that is the one whose schedules fire.
#[derive(Debug, Default)]
pub(super) struct Definitions(Mutex<HashMap<WorkflowId, (Version, Arc<Of>)>>);

impl Definitions {
    /// A trigger of that version; none where it has no such schedule, or cannot be read any more.
    pub(super) async fn get(
        &self,
        store: &Store,
        workflow: WorkflowId,
        version: Version,
        trigger: &TriggerId,
    ) -> Result<Option<Arc<Scheduled>>, StoreError> {
        let of = if let Some(known) = self.known(workflow, version) {
            known
        } else {
            let Some(row) = store.workflow_version(workflow, version).await? else { return Ok(None) };
            let of = Arc::new(read(workflow, &row.yaml));
            self.lock().insert(workflow, (version, Arc::clone(&of)));
            of
        };
        Ok(of.get(trigger).cloned())
    }

    fn known(&self, workflow: WorkflowId, version: Version) -> Option<Arc<Of>> {
        let known = self.lock();
        known.get(&workflow).filter(|(known, _)| *known == version).map(|(_, of)| Arc::clone(of))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<WorkflowId, (Version, Arc<Of>)>> {
        // The map is whole after any panic: each change to it is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(id: WorkflowId, yaml: &str) -> Of {
    let workflow = match bellhop_workflow::parse(yaml, catalogue()) {
        Ok(parsed) => Arc::new(parsed.workflow),
        Err(diagnostics) => {
            let first = diagnostics.first().map(|diagnostic| diagnostic.message.as_str());
            tracing::error!(workflow = %id, first, "a stored workflow cannot be read any more");
            return Of::new();
        }
    };
    let scheduled = workflow.triggers.iter().enumerate().filter_map(|(index, trigger)| {
        let TriggerKind::Schedule(schedule) = &trigger.kind else { return None };
        let timetable = Timetable::new(schedule)
            .inspect_err(|error| {
                let error: &dyn std::error::Error = error;
                tracing::error!(workflow = %id, trigger = %trigger.id, error, "a schedule cannot be followed");
            })
            .ok()?;
        let scheduled = Scheduled { workflow: Arc::clone(&workflow), index, timetable };
        Some((trigger.id.clone(), Arc::new(scheduled)))
    });
    scheduled.collect()
}
