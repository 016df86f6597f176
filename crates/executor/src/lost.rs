//! Executions whose claims end with the process, time after time.
//!
//! A process can be killed by what it runs: by a stack that overflows, or by the system, out of memory. Whatever ran in
//! it is claimed again, and what killed it kills the next one. So each execution's claims that were lost like that, one
//! after another, without anything new in its journal, are counted (see [`ClaimedExecution::lost_claims`]). From the
//! second on it is begun only while no other such is: of those that were merely beside it, each gets through. After the
//! fifth it is given up.
//!
//! [`ClaimedExecution::lost_claims`]: bellhop_storage::ClaimedExecution::lost_claims

use std::pin::pin;
use std::time::Duration;

use bellhop_storage::ClaimedExecution;
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use tokio::sync::OwnedSemaphorePermit;

use crate::world::error;

/// After how many such claims an execution is not begun again.
pub(crate) const MOST_LOST_CLAIMS: u32 = 5;

/// From how many on it is begun alone.
const SUSPICIOUS: u32 = 2;

/// For how long it has to run before the next such is begun beside it.
const PROBATION: Duration = Duration::from_secs(10);

/// How long one that has to wait for another is left alone.
pub(crate) const PAUSE: Duration = Duration::from_secs(1);

/// Whether it is to be begun alone.
pub(crate) const fn is_suspect(execution: &ClaimedExecution) -> bool {
    execution.lost_claims >= SUSPICIOUS && execution.lost_claims < MOST_LOST_CLAIMS
}

/// Runs something and lets the next one begin once it is over, or has lasted.
pub(crate) async fn on_probation(alone: Option<OwnedSemaphorePermit>, run: impl Future<Output = ()>) {
    let mut run = pin!(run);
    if alone.is_some() && tokio::time::timeout(PROBATION, run.as_mut()).await.is_ok() {
        return;
    }
    drop(alone);
    run.await;
}

/// How an execution ends that is given up: what becomes of its `steps`, and its error. `on_failure` is not run: it might
/// end the same way.
pub(crate) fn given_up(
    steps: &[StepRecord],
    claims: u32,
    now: Timestamp,
) -> (Vec<StepRecord>, ExecutionError) {
    let message = format!(
        "the server's process has ended {claims} times in a row while it ran this execution and before any more of it was \
         done (out of memory?); the logs of the server and the system say more; once the cause is gone, it can be retried"
    );
    let error = error("process_lost", message);
    let step = steps.iter().find(|step| is_under_way(step)).map(|step| step.path.clone());
    let records = steps.iter().filter(|step| !step.status.is_final()).map(|step| StepRecord {
        status: StepStatus::Failed,
        finished_at: Some(now),
        wakes_at: None,
        error: Some(error.clone()),
        ..step.clone()
    });
    (records.collect(), ExecutionError { step, kind: error.kind.clone(), message: error.message.clone() })
}

/// Whether it is a step that has begun and not ended, and no block of such.
pub(crate) fn is_under_way(step: &StepRecord) -> bool {
    let is_block = matches!(step.uses.as_str(), "parallel" | "for_each" | "switch" | "try" | "loop");
    !step.status.is_final() && !is_block
}
