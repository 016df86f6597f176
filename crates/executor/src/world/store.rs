//! The world of a node: single steps by their runner, and the rest by the database.

use std::time::Duration;

use bellhop_steps::{Call, default_timeout};
use bellhop_storage::ClaimedExecution;
use bellhop_workflow::model::StepKind;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{Attempt, Progress, World, failure};
use crate::ExecutorParts;
use crate::journal::LetGo;

/// For a kind that has no time-out of its own, which a runner never sees.
const LONG: Duration = Duration::from_hours(1);

/// The world as one claimed execution sees it.
pub(crate) struct StoreWorld<'a> {
    pub(crate) parts: &'a ExecutorParts,
    pub(crate) claimed: &'a ClaimedExecution,
}

impl World for StoreWorld<'_> {
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Progress, LetGo>> {
        match attempt.kind {
            StepKind::WaitFor | StepKind::Workflow | StepKind::State | StepKind::Respond => async move {
                let message = format!("`{}` is not run here", attempt.kind.as_str());
                Ok(Progress::Ended(Err(failure("invalid_input", message, false))))
            }
            .boxed(),
            _ => self.run(attempt).boxed(),
        }
    }

    fn resume_url(&self, path: &str) -> String {
        let _ = self.claimed;
        path.to_owned()
    }
}

impl StoreWorld<'_> {
    async fn run(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        let Attempt { step, kind, input, scope, key, now, record, .. } = attempt;
        let call = Call {
            kind,
            input,
            idempotency_key: key,
            timeout: step.timeout.or_else(|| default_timeout(kind)).unwrap_or(LONG),
            log: &mut record.logs,
            now,
            started_at: record.started_at.unwrap_or(now),
            scope: (kind == StepKind::Script).then_some(scope),
        };
        Ok(Progress::Ended(self.parts.steps.run(call).await))
    }
}
