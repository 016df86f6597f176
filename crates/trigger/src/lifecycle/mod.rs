//! Switching workflows on and off, here and at their vendors, and changing them while they are on.
//!
//! What is about to be attempted is written down before a vendor is called, and what came of it after, so that
//! whatever a crash leaves behind can be taken up again. A call either ends with everything stored, or reports the
//! vendor's own words and leaves nothing behind; where even that is not known, the state says `error` and names the
//! URL to look for.
//!
//! | file | does |
//! |---|---|
//! | `wanted`, `schedules`, `plan`, `transition` | decide, without I/O |
//! | `vendor` | carries out at the vendor, and cleans up after a failure there |
//! | `widen` | other events for a registration that goes on |
//! | `share` | one subscription for several triggers |
//! | `allowance` | how many subscriptions there may be |
//! | `reconcile` | compares with what the vendor lists, and puts right what differs |
//! | `create`, `activate`, `deactivate`, `update`, `delete` | one user action each |
//!
//! # Adding a vendor
//! Nothing here: all vendors are spoken to through [`crate::vendor`], which says how to add one.

mod activate;
mod allowance;
mod audit;
mod context;
mod create;
mod deactivate;
mod delete;
mod error;
mod expected;
mod hold;
mod locks;
#[cfg(test)]
mod model;
mod plan;
mod reconcile;
mod register;
mod schedules;
mod share;
mod transition;
mod update;
mod vendor;
mod wanted;
mod widen;

use std::fmt;
use std::sync::Arc;

use bellhop_meters::Meters;
use bellhop_storage::{Author, CreateError, CredentialStore, Store, WorkflowRow};
use bellhop_vault::{MasterKey, Redactor, Secret};
use bellhop_workflow::ids::{HookId, WorkflowName};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Clock;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use self::context::Context;
pub use self::error::LifecycleError;
pub use self::expected::Expected;
use self::reconcile::Scope;
pub use self::reconcile::{Asked, Drift, Found, Report};
use crate::close::{CloseApi, Me};
use crate::hooks::HookTable;
use crate::vendor::{DeclaredVendors, VendorError};

/// What a [`Lifecycle`] works with.
pub struct LifecycleParts {
    /// Where everything durable is.
    pub store: Store,
    /// The hooks, which are kept up to date.
    pub hooks: Arc<HookTable>,
    /// The credentials that registrations are made with.
    pub credentials: CredentialStore,
    /// The key that signature keys are sealed with.
    pub key: MasterKey,
    /// Taught every signature key; asked before a vendor's words are passed on.
    pub redactor: Redactor,
    /// Close's API.
    pub close: CloseApi,
    /// The vendors that are described as data.
    pub vendors: DeclaredVendors,
    /// How this server is reached from outside, without a slash at its end.
    pub public_url: String,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Switches workflows on and off. Cheap to clone. Work on one workflow is done one after another; work on different
/// ones at the same time.
#[derive(Clone)]
pub struct Lifecycle {
    context: Arc<Context>,
    tasks: TaskTracker,
    author: Author,
}

impl Lifecycle {
    /// A life cycle over these parts.
    #[must_use]
    pub fn new(parts: LifecycleParts) -> Self {
        Self { context: Arc::new(Context::new(parts)), tasks: TaskTracker::new(), author: Author::system() }
    }

    /// The same life cycle, with what is changed through it written down as that one's doing.
    #[must_use]
    pub fn by(&self, author: Author) -> Self {
        Self { author, ..self.clone() }
    }

    /// Stores `yaml`, of which `workflow` was parsed, as the first version of a new workflow, switched off.
    pub async fn create(&self, workflow: Workflow, yaml: String) -> Result<WorkflowRow, CreateError> {
        self.context.store_new(workflow, yaml, self.author.clone()).await
    }

    /// Switches a workflow on: registers each of its triggers, and sets its schedules going. One that is on stays as it is; one whose switching on
    /// or off was broken off is cleaned up first.
    pub async fn activate(&self, name: &WorkflowName) -> Result<WorkflowRow, LifecycleError> {
        let (name, author) = (name.clone(), self.author.clone());
        self.to_its_end(|context| async move { context.activate(&name, author).await }).await
    }

    /// Switches a workflow off: refuses its deliveries and ends its schedules at once, and deletes its registrations. Where a vendor does not
    /// confirm that, it stays `deactivating`, and another call tries again.
    pub async fn deactivate(&self, name: &WorkflowName) -> Result<WorkflowRow, LifecycleError> {
        let (name, author) = (name.clone(), self.author.clone());
        self.to_its_end(|context| async move { context.deactivate(&name, author).await }).await
    }

    /// Stores `yaml`, of which `workflow` was parsed, as the workflow's newest version. Where it is on, what changed in
    /// its triggers is registered anew first, and only then what is not wanted any more goes; where the vendor refuses,
    /// everything stays as it was.
    pub async fn update(
        &self,
        name: &WorkflowName,
        workflow: Workflow,
        yaml: String,
    ) -> Result<WorkflowRow, LifecycleError> {
        self.update_expected(name, workflow, yaml, Expected::Any).await
    }

    /// The same where the workflow is as `expected`, and nothing where it is not.
    pub async fn update_expected(
        &self,
        name: &WorkflowName,
        workflow: Workflow,
        yaml: String,
        expected: Expected,
    ) -> Result<WorkflowRow, LifecycleError> {
        let (name, author) = (name.clone(), self.author.clone());
        self.to_its_end(
            |context| async move { context.update(&name, workflow, &yaml, &expected, author).await },
        )
        .await
    }

    /// Switches a workflow off and deletes it; its history stays.
    pub async fn delete(&self, name: &WorkflowName) -> Result<(), LifecycleError> {
        self.delete_expected(name, Expected::Any).await
    }

    /// The same where the workflow is as `expected`, and nothing where it is not.
    pub async fn delete_expected(
        &self,
        name: &WorkflowName,
        expected: Expected,
    ) -> Result<(), LifecycleError> {
        let (name, author) = (name.clone(), self.author.clone());
        self.to_its_end(|context| async move { context.delete(&name, &expected, author).await }).await
    }

    /// Compares everything that should be registered with what the vendors list, puts right what differs, and tells what
    /// was found. One at a time, on all nodes.
    pub async fn reconcile(&self) -> Result<Report, LifecycleError> {
        let report = self.to_its_end(|context| async move { context.reconcile(Scope::All).await }).await?;
        report.ok_or(LifecycleError::Busy)
    }

    /// What is counted of reconciliations.
    #[must_use]
    pub fn meters(&self) -> &Meters {
        &self.context.reconciler.meters.all
    }

    /// Asks for a reconciliation soon, where somebody keeps reconciling: after a credential has changed.
    pub fn reconcile_soon(&self) {
        self.context.reconciler.wanted.notify_one();
    }

    /// Reconciles now, every five minutes, and sooner after something has failed, until `stop` is cancelled.
    pub async fn keep_reconciled(&self, stop: CancellationToken) {
        let mut scope = Scope::All;
        while !stop.is_cancelled() {
            let run = self.to_its_end(move |context| async move { context.reconcile(scope).await });
            let Some(outcome) = stop.run_until_cancelled(run).await else { return };
            if let Err(error) = outcome {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "registrations not reconciled, will try again");
            }
            let pause = self.context.until_next_reconciliation().await;
            tokio::select! {
                () = tokio::time::sleep(pause) => scope = Scope::Due,
                () = self.context.reconciler.wanted.notified() => scope = Scope::All,
                () = stop.cancelled() => {}
            }
        }
    }

    /// Asks Close whose an API key is, which changes nothing.
    pub async fn whose(&self, key: &Secret) -> Result<Me, VendorError> {
        self.context.parts.close.me(key).await
    }

    /// The URL that a hook is reached at from outside.
    #[must_use]
    pub fn hook_url(&self, hook: &HookId) -> String {
        self.context.hook_url(hook)
    }

    /// Waits until all work that was begun has ended. For the end of a server, after it takes no more calls.
    pub async fn drain(&self) {
        self.context.reconciler.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.context.holds.drain().await;
    }

    /// Runs the work in a task of its own: whoever asked for it may hang up, and a half-made registration must not be
    /// the result.
    async fn to_its_end<T, F>(&self, work: impl FnOnce(Arc<Context>) -> F) -> Result<T, LifecycleError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, LifecycleError>> + Send + 'static,
    {
        let work = work(Arc::clone(&self.context)).in_current_span();
        self.tasks.spawn(work).await.unwrap_or(Err(LifecycleError::Aborted))
    }
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle").field("tasks", &self.tasks.len()).finish_non_exhaustive()
    }
}
