//! Applies the workflows directory at start: what is new is created, what has changed becomes a new version. What
//! cannot be used is said and passed over, so that one bad file does not keep a server down.

use std::path::{Path, PathBuf};

use bellhop_storage::Store;
use bellhop_trigger::catalogue::catalogue;
use bellhop_trigger::lifecycle::Lifecycle;
use bellhop_workflow::{Parsed, parse};

use crate::files::workflow_files;

/// Applies every workflow file of `dir`.
pub(super) async fn apply(dir: &Path, store: &Store, lifecycle: &Lifecycle) -> Result<(), String> {
    let files =
        workflow_files(dir).map_err(|error| format!("workflows directory {}: {error}", dir.display()))?;
    for file in files {
        match apply_file(&file, store, lifecycle).await {
            Ok(Applied::Unchanged) => {}
            Ok(applied) => tracing::info!(file = %file.display(), "workflow {}", applied.as_str()),
            Err(error) => tracing::error!(file = %file.display(), "workflow not applied: {error}"),
        }
    }
    Ok(())
}

enum Applied {
    Created,
    Updated,
    Unchanged,
}

impl Applied {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

async fn apply_file(file: &PathBuf, store: &Store, lifecycle: &Lifecycle) -> Result<Applied, String> {
    let yaml = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let Parsed { workflow, .. } = parse(&yaml, catalogue()).map_err(|diagnostics| {
        let name = file.display().to_string();
        let rendered: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.render(&name)).collect();
        format!("\n{}", rendered.join("\n"))
    })?;
    let Some(row) = store.workflow(&workflow.name).await.map_err(text)? else {
        lifecycle.create(workflow, yaml).await.map_err(text)?;
        return Ok(Applied::Created);
    };
    let stored = store.workflow_version(row.id, row.version).await.map_err(text)?;
    if stored.is_some_and(|version| version.yaml == yaml) {
        return Ok(Applied::Unchanged);
    }
    let name = workflow.name.clone();
    lifecycle.update(&name, workflow, yaml).await.map_err(text)?;
    Ok(Applied::Updated)
}

fn text(error: impl std::error::Error) -> String {
    error.to_string()
}
