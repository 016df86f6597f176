//! Parsed workflow versions, kept: a version never changes, so it is parsed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bellhop_storage::{Store, StoreError};
use bellhop_workflow::ids::{Version, WorkflowId};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::{EventCatalogue, parse};

/// How many versions are kept. More are parsed again, which costs time and nothing else.
const KEPT: usize = 1_024;

/// Why a version cannot be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DefinitionError {
    /// The database could not be asked; it may be there later.
    #[error("the workflow version cannot be read")]
    Store(#[from] StoreError),
    /// It is not there, or this version of Bellhop does not understand it.
    #[error("{0}")]
    Unusable(String),
}

/// The versions that were parsed.
pub(crate) struct Definitions {
    store: Store,
    catalogue: &'static (dyn EventCatalogue + Sync),
    parsed: Mutex<HashMap<(WorkflowId, Version), Arc<Workflow>>>,
}

impl Definitions {
    pub(crate) fn new(store: Store, catalogue: &'static (dyn EventCatalogue + Sync)) -> Self {
        Self { store, catalogue, parsed: Mutex::default() }
    }

    /// The workflow as it was in `version`.
    pub(crate) async fn get(
        &self,
        id: WorkflowId,
        version: Version,
    ) -> Result<Arc<Workflow>, DefinitionError> {
        if let Some(workflow) = self.lock().get(&(id, version)) {
            return Ok(Arc::clone(workflow));
        }
        let row = self.store.workflow_version(id, version).await?.ok_or_else(|| {
            DefinitionError::Unusable(format!("version {version} of the workflow is not there any more"))
        })?;
        let workflow = parse(&row.yaml, self.catalogue).map_err(|diagnostics| {
            let first = diagnostics.first().map_or_else(String::new, |d| format!(": {}", d.message));
            DefinitionError::Unusable(format!("version {version} cannot be run by this Bellhop{first}"))
        })?;
        let workflow = Arc::new(workflow.workflow);
        let mut parsed = self.lock();
        if parsed.len() >= KEPT {
            parsed.clear();
        }
        parsed.insert((id, version), Arc::clone(&workflow));
        Ok(workflow)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(WorkflowId, Version), Arc<Workflow>>> {
        // The map is whole after any panic: each change to it is one call.
        self.parsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
