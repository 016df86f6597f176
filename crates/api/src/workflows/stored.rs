//! Workflows as they are stored: by name, with their text, parsed.

use bellhop_storage::{Store, VersionRow, WorkflowRow};
use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::{Version, WorkflowId, WorkflowName};
use bellhop_workflow::model::Workflow;

use crate::problem::Problem;

/// The workflow of that name; 404 where there is none.
pub(crate) async fn workflow(store: &Store, name: &WorkflowName) -> Result<WorkflowRow, Problem> {
    store.workflow(name).await?.ok_or_else(|| Problem::not_found("workflow", name))
}

/// One version of a workflow; none where it never had that many.
pub(crate) async fn version(
    store: &Store,
    workflow: WorkflowId,
    version: Version,
) -> Result<Option<VersionRow>, Problem> {
    Ok(store.workflow_version(workflow, version).await?)
}

/// A workflow names a version that is not there.
#[derive(Debug, thiserror::Error)]
#[error("version {version} of the workflow `{name}` is not stored")]
struct NoVersion {
    name: WorkflowName,
    version: Version,
}

/// A workflow's newest text.
pub(crate) async fn newest(store: &Store, workflow: &WorkflowRow) -> Result<VersionRow, Problem> {
    version(store, workflow.id, workflow.version).await?.ok_or_else(|| {
        Problem::internal(NoVersion { name: workflow.name.clone(), version: workflow.version })
    })
}

/// The workflow that a stored text says; its mistakes where this version of the language does not take it any more.
pub(crate) fn parse(yaml: &str) -> Result<Workflow, Vec<Diagnostic>> {
    bellhop_workflow::parse(yaml, catalogue()).map(|parsed| parsed.workflow)
}
