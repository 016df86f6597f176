//! All hooks in memory. Reading never waits; each change puts a new map in the place of the old.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bellhop_storage::{CredentialStore, RegistrationRow, Store, StoreError};
use bellhop_vault::{MasterKey, Redactor};
use bellhop_workflow::ids::{HookId, WorkflowId, WorkflowName};
use bellhop_workflow::model::Workflow;
use tokio::sync::Mutex;

use super::Hook;
use super::build::Builder;
use crate::catalogue::catalogue;

/// Whose a delivery to one URL may be. There is always one; there are several where triggers share a subscription.
pub type Sharers = Arc<[Arc<Hook>]>;

type Hooks = HashMap<HookId, Sharers>;

/// All hooks of this process, by id.
///
/// Whoever changes a workflow, one of its registrations or a credential calls [`HookTable::refresh`] or
/// [`HookTable::load`] once that is committed.
#[derive(Debug)]
pub struct HookTable {
    hooks: ArcSwap<Hooks>,
    /// Held while the database is read and the map replaced, so that an older reading never replaces a newer one.
    changing: Mutex<()>,
    store: Store,
    key: MasterKey,
    credentials: CredentialStore,
    redactor: Redactor,
}

/// Why the table could not be brought up to date. It is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HookTable {
    /// An empty table. [`HookTable::load`] fills it. `redactor` is taught every signature key that is opened.
    #[must_use]
    pub fn new(store: Store, key: MasterKey, credentials: CredentialStore, redactor: Redactor) -> Self {
        Self { hooks: ArcSwap::default(), changing: Mutex::new(()), store, key, credentials, redactor }
    }

    /// The hook of that id, also where its workflow is not active; none where there is none. Of several that share it,
    /// one that is active, if any is.
    #[must_use]
    pub fn get(&self, id: &HookId) -> Option<Arc<Hook>> {
        self.all(id).map(|sharers| Arc::clone(&sharers[0]))
    }

    /// All hooks of that id, the active ones first; none where there is none.
    #[must_use]
    pub fn all(&self, id: &HookId) -> Option<Sharers> {
        self.hooks.load().get(id).cloned()
    }

    /// Reads all hooks anew: at start, and after a credential has changed.
    pub async fn load(&self) -> Result<(), LoadError> {
        let _changing = self.changing.lock().await;
        let mut by_workflow: HashMap<WorkflowId, Vec<RegistrationRow>> = HashMap::new();
        for row in self.store.all_registrations().await? {
            by_workflow.entry(row.workflow_id).or_default().push(row);
        }
        let mut hooks = Hooks::new();
        for (workflow, rows) in by_workflow {
            add(&mut hooks, self.of_workflow(workflow, rows).await?);
        }
        self.hooks.store(Arc::new(hooks));
        Ok(())
    }

    /// Reads one workflow's hooks anew.
    pub async fn refresh(&self, workflow: WorkflowId) -> Result<(), LoadError> {
        let _changing = self.changing.lock().await;
        let rows = self.store.registrations(workflow).await?;
        let fresh = self.of_workflow(workflow, rows).await?;
        self.replace(workflow, fresh);
        Ok(())
    }

    /// Forgets one workflow's hooks at once.
    pub async fn remove(&self, workflow: WorkflowId) {
        let _changing = self.changing.lock().await;
        self.replace(workflow, Vec::new());
    }

    fn replace(&self, workflow: WorkflowId, fresh: Vec<Hook>) {
        let mut hooks = Hooks::clone(&self.hooks.load());
        hooks.retain(|_, sharers| {
            if sharers.iter().any(|hook| hook.workflow_id == workflow) {
                *sharers = sharers.iter().filter(|hook| hook.workflow_id != workflow).cloned().collect();
            }
            !sharers.is_empty()
        });
        add(&mut hooks, fresh);
        self.hooks.store(Arc::new(hooks));
    }

    async fn of_workflow(&self, id: WorkflowId, rows: Vec<RegistrationRow>) -> Result<Vec<Hook>, StoreError> {
        let mut hooks = Vec::new();
        let Some(workflow) = self.store.workflow_by_id(id).await? else { return Ok(hooks) };
        let parsed = match self.store.workflow_version(id, workflow.version).await? {
            Some(version) => parse(&version.yaml, &workflow.name),
            None => None,
        };
        let builder = Builder { key: &self.key, credentials: &self.credentials, redactor: &self.redactor };
        for row in rows {
            hooks.push(builder.hook(&workflow, &row, parsed.as_ref()).await);
        }
        Ok(hooks)
    }
}

fn add(hooks: &mut Hooks, fresh: Vec<Hook>) {
    for hook in fresh {
        let id = hook.id.clone();
        let present = hooks.get(&id).into_iter().flat_map(|sharers| sharers.iter().cloned());
        let mut sharers: Vec<_> = present.chain([Arc::new(hook)]).collect();
        sharers.sort_by_key(|hook| !hook.active);
        hooks.insert(id, sharers.into());
    }
}

/// The stored workflow. It was good when it was stored; where it is not any more, all of its hooks are switched off.
fn parse(yaml: &str, name: &WorkflowName) -> Option<Workflow> {
    match bellhop_workflow::parse(yaml, catalogue()) {
        Ok(parsed) => Some(parsed.workflow),
        Err(diagnostics) => {
            let first = diagnostics.first().map(|diagnostic| diagnostic.message.as_str());
            tracing::error!(workflow = %name, first, "a stored workflow cannot be read any more");
            None
        }
    }
}
