//! Claims executions and runs them to their end, whatever crashes meanwhile.
//!
//! The database is the truth: an execution is claimed with a lease, interprets the workflow version that it was born
//! with, and journals what its steps do. When a process ends in the middle, the lease runs out (or the next start of
//! the one process there is releases it), and whoever claims the execution next goes on from the journal.
//!
//! - [`dispatch`](mod@dispatch) claims and keeps leases;
//! - [`run`](mod@run) is one execution, from the claim to its end; [`conduct`](mod@conduct) the part of it that needs no
//!   database;
//! - [`interpreter`] walks the steps, and walks them again after a crash or a pause;
//! - [`journal`] decides when what is known must be durable, [`mask`] what of it the history may have;
//! - [`world`] is what steps do and wait for; [`rehearsal`] has a stage in its place.

mod conduct;
mod credentials;
mod definitions;
mod dispatch;
mod interpreter;
mod journal;
mod lost;
mod mask;
mod meters;
#[cfg(test)]
mod model;
pub mod rehearsal;
mod run;
mod scope;
mod trace;
mod world;

use std::sync::Arc;
use std::time::Duration;

use bellhop_steps::StepRunner;
use bellhop_storage::{NodeId, Store};
use bellhop_traces::Traces;
use bellhop_vault::{MasterKey, Redactor};
use bellhop_workflow::EventCatalogue;
use bellhop_workflow::time::Clock;

pub use self::credentials::StoredCredentials;
pub use self::dispatch::Executor;

/// What an executor stands on.
#[derive(Clone)]
pub struct ExecutorParts {
    /// Where executions are.
    pub store: Store,
    /// What carries out single steps.
    pub steps: StepRunner,
    /// Keeps secrets out of the journal.
    pub redactor: Redactor,
    /// Seals what is masked, and signs the URLs that resume executions.
    pub master_key: MasterKey,
    /// Where this server is reached from outside, without a `/` at its end.
    pub public_url: String,
    /// Resolves event names where a workflow version is read again.
    pub catalogue: &'static (dyn EventCatalogue + Sync),
    /// Where spans go.
    pub traces: Traces,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// This node among those that share the database.
    pub node: NodeId,
    /// How many executions run at once.
    pub concurrency: usize,
    /// How long a claim holds without being renewed. A node that dies is taken over after at most this long.
    pub lease: Duration,
}
