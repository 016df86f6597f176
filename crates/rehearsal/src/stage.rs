//! What stands in for the world: mocks, and the step kinds that only compute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bellhop_executor::rehearsal::{Played, Stage, StageCall};
use bellhop_steps::{Call, CredentialSource, Outcome, StepFailure, StepRunner, default_timeout};
use bellhop_vault::Credential;
use bellhop_workflow::ids::{CredentialName, StepId};
use bellhop_workflow::journal::StepError;
use bellhop_workflow::model::Step;
use bellhop_workflow::testfile::{Answer, Mock, MockError, Reply};
use futures::FutureExt;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use crate::Failure;
use crate::matching::shown;

/// The stage of one case.
pub(crate) struct MockStage<'a> {
    mocks: &'a IndexMap<StepId, Mock>,
    runner: &'a StepRunner,
    seen: Mutex<Seen>,
}

/// What has happened on the stage.
#[derive(Default)]
struct Seen {
    /// How many answers each mock has given.
    given: HashMap<StepId, usize>,
    /// Why the case fails whatever is expected.
    failures: Vec<Failure>,
}

impl<'a> MockStage<'a> {
    pub(crate) fn new(mocks: &'a IndexMap<StepId, Mock>, runner: &'a StepRunner) -> Self {
        Self { mocks, runner, seen: Mutex::default() }
    }

    /// Why the case fails whatever is expected, each reason once.
    pub(crate) fn into_failures(self) -> Vec<Failure> {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut failures: Vec<Failure> = Vec::new();
        for failure in seen.failures {
            // A step that is run for each item of a list is worth saying once.
            if !failures.iter().any(|other| other.title() == failure.title()) {
                failures.push(failure);
            }
        }
        failures
    }

    fn answer(&self, id: &StepId, mock: &Mock) -> Played {
        let reply = match mock {
            Mock::Always(reply) => Some(reply),
            Mock::Sequence(replies) => {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                let given = seen.given.entry(id.clone()).or_default();
                let reply = replies.get(*given);
                *given += 1;
                if reply.is_none() {
                    seen.failures.push(Failure::UsedUp { step: id.to_string(), answers: replies.len() });
                }
                reply
            }
        };
        let Some(Reply { answer, delay }) = reply else {
            return Played::at_once(Err(refused("the mock has no answer left")));
        };
        let outcome = match answer {
            Answer::Output(value) => Ok(Outcome::Output(value.clone())),
            Answer::Error(error) => Err(failed(error)),
        };
        Played { outcome, takes: *delay }
    }

    async fn run(&self, call: StageCall<'_>) -> Played {
        match self.mocks.get(&call.step.id) {
            Some(mock) => self.answer(&call.step.id, mock),
            None => Played::at_once(self.compute(call).await),
        }
    }

    /// Runs a step without a mock, where it only computes.
    async fn compute(&self, call: StageCall<'_>) -> Result<Outcome, StepFailure> {
        if !call.kind.is_pure() {
            let failure = Failure::Unmocked {
                step: call.step.id.to_string(),
                kind: call.kind.as_str(),
                input: shown(call.input),
            };
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).failures.push(failure);
            return Err(refused("the test has no mock for this step"));
        }
        let call = Call {
            kind: call.kind,
            input: call.input,
            idempotency_key: call.idempotency_key,
            trace: None,
            // By the machine's own clock.
            timeout: call.step.timeout.or_else(|| default_timeout(call.kind)).unwrap_or(Duration::MAX),
            log: call.log,
            now: call.now,
            started_at: call.started_at,
            scope: Some(call.scope),
        };
        self.runner.run(call).await
    }
}

impl Stage for MockStage<'_> {
    fn attempt<'a>(&'a self, call: StageCall<'a>) -> BoxFuture<'a, Played> {
        self.run(call).boxed()
    }

    fn is_mocked(&self, step: &Step) -> bool {
        self.mocks.contains_key(&step.id)
    }
}

fn failed(error: &MockError) -> StepFailure {
    let MockError { kind, message, status, retryable } = error.clone();
    StepFailure { error: StepError { kind, message, status }, retryable, retry_after: None }
}

/// A failure of the test rather than of the step: it is not tried again.
fn refused(message: &str) -> StepFailure {
    let error = StepError { kind: MockError::KIND.to_owned(), message: message.to_owned(), status: None };
    StepFailure { error, retryable: false, retry_after: None }
}

/// There are no credentials in a rehearsal: what needs one is mocked.
pub(crate) struct NoCredentials;

impl CredentialSource for NoCredentials {
    fn resolve<'a>(&'a self, name: &'a CredentialName) -> BoxFuture<'a, Result<Credential, String>> {
        async move { Err(format!("there is no credential `{name}` in a test")) }.boxed()
    }
}
