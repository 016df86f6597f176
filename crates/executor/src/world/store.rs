//! The world of a node: single steps by their runner, and the rest by the database.

use std::time::Duration;

use bellhop_steps::Call;
use bellhop_storage::{ClaimedExecution, StoreError};
use bellhop_vault::ResumeTokens;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{Attempt, Progress, World};
use crate::ExecutorParts;
use crate::definitions::Definitions;
use crate::journal::{LetGo, Patience};
use crate::trace::ExecutionTrace;

/// For a kind that has no time-out of its own, which a runner never sees.
const LONG: Duration = Duration::from_hours(1);

/// RFC 6585, 4.
const TOO_MANY_REQUESTS: u16 = 429;

/// The world as one claimed execution sees it.
pub(crate) struct StoreWorld<'a> {
    pub(crate) parts: &'a ExecutorParts,
    pub(crate) definitions: &'a Definitions,
    pub(crate) claimed: &'a ClaimedExecution,
    /// Where somebody wants its spans.
    pub(crate) trace: Option<&'a ExecutionTrace>,
}

impl World for StoreWorld<'_> {
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Progress, LetGo>> {
        match attempt.kind {
            StepKind::WaitFor => self.wait_for(attempt).boxed(),
            StepKind::Workflow => self.child(attempt).boxed(),
            StepKind::State => self.state(attempt).boxed(),
            StepKind::Respond => self.respond(attempt).boxed(),
            StepKind::Http
            | StepKind::Close
            | StepKind::Script
            | StepKind::Set
            | StepKind::Log
            | StepKind::Sleep
            | StepKind::Return
            | StepKind::Fail
            | StepKind::Email
            | StepKind::Sql
            | StepKind::Exec => self.run(attempt).boxed(),
        }
    }

    fn may_be_held(&self, kind: StepKind) -> bool {
        matches!(kind, StepKind::Http | StepKind::Close)
    }

    fn held_until(&self, kind: StepKind, input: &Value) -> Option<Timestamp> {
        self.parts.steps.held_until(kind, input, self.parts.clock.now())
    }

    fn resume_url(&self, path: &str) -> String {
        // Few workflows ask for one, so that it is not worth the key's derivation for all.
        let tokens = ResumeTokens::new(&self.parts.master_key);
        let token = tokens.mint(self.claimed.id.as_uuid(), path);
        format!("{}/resume/{token}", self.parts.public_url)
    }
}

impl StoreWorld<'_> {
    async fn run(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        let timeout = attempt.timeout().unwrap_or(LONG);
        let Attempt { kind, input, scope, key, now, record, .. } = attempt;
        let call = Call {
            kind,
            input,
            idempotency_key: key,
            trace: self.trace.map(|trace| trace.at_step(&record.path)),
            timeout,
            log: &mut record.logs,
            now,
            started_at: record.started_at.unwrap_or(now),
            scope: (kind == StepKind::Script).then_some(scope),
        };
        let ended = self.parts.steps.run(call).await;
        Ok(match ended {
            Err(failure) if failure.error.status == Some(TOO_MANY_REQUESTS) => {
                match self.held_until(kind, input) {
                    Some(until) => Progress::Held(until, failure),
                    None => Progress::Ended(Err(failure)),
                }
            }
            ended => Progress::Ended(ended),
        })
    }
}

/// Asks the database until it answers: that it is away for a moment says nothing about the step.
pub(crate) async fn read<T, F, R>(execution: ExecutionId, mut ask: F) -> Result<T, LetGo>
where
    F: FnMut() -> R,
    R: Future<Output = Result<T, StoreError>>,
{
    let mut patience = Patience::new(execution, "database not read");
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error @ (StoreError::Database(_) | StoreError::Unavailable(_))) => {
                patience.wait(&error).await;
            }
            Err(StoreError::Closed) => return Err(LetGo::Closed),
            Err(error) => return Err(LetGo::Unread(error)),
        }
    }
}
