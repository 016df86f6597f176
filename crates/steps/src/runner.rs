//! The door: one attempt of one step.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bellhop_vault::{Credential, Redactor, Secret};
use bellhop_workflow::expression::Scope;
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::journal::LogLine;
use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use bellhop_workflow::trace::TraceContext;
use serde_json::Value;
use url::Url;

use crate::exchange::{Door, Limits};
use crate::reach::Reach;
use crate::script::{ScriptIsolation, Scripts};
use crate::sql::Databases;
use crate::{
    ClientError, CredentialSource, StepFailure, close, email, exec, fail, http, log, return_step, set, sql,
};

/// Runs steps. A clone shares connections, credentials and redactor.
#[derive(Clone)]
pub struct StepRunner {
    /// For calls to where a workflow says.
    pub(crate) anywhere: Door,
    /// For calls to where the configuration says.
    pub(crate) configured: Door,
    pub(crate) close_api_base: Url,
    credentials: Arc<dyn CredentialSource>,
    pub(crate) redactor: Redactor,
    scripts: Scripts,
    allow_exec: bool,
    pub(crate) smtp_url: Option<Secret>,
    pub(crate) databases: Databases,
    pub(crate) limits: Limits,
}

/// Why there is no runner.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// Where Close's API is said to be.
    #[error("`{0}` is no base address of an API: it must begin with http:// or https://")]
    CloseApiBase(String),
    /// What is said to be the address of a mail server. It does not repeat it, as there is a password in it.
    #[error("`smtp_url`: {0}")]
    SmtpUrl(String),
    /// The HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// One attempt.
pub struct Call<'a> {
    /// What kind of step it is.
    pub kind: StepKind,
    /// What it was given, after its expressions were rendered.
    pub input: &'a Value,
    /// The same for all attempts of this step of this execution; sent on unsafe methods.
    pub idempotency_key: &'a str,
    /// Where in which trace it is, for a request to say so; none where nobody wants traces.
    pub trace: Option<TraceContext>,
    /// How long the attempt may take.
    pub timeout: Duration,
    /// Where the step's log lines go.
    pub log: &'a mut Vec<LogLine>,
    /// The present.
    pub now: Timestamp,
    /// When the step began, as the journal has it: what a script sees as the present, so that it computes the same
    /// again after a crash.
    pub started_at: Timestamp,
    /// What expressions can name as the attempt begins; a script sees it as globals. `None` is an empty one.
    pub scope: Option<&'a Scope>,
}

/// How long an attempt may take where the step does not say; `None` for the kinds that wait by nature, which never
/// reach a runner.
#[must_use]
pub const fn default_timeout(kind: StepKind) -> Option<Duration> {
    match kind {
        StepKind::Script => Some(Duration::from_secs(5)),
        StepKind::Sleep | StepKind::WaitFor | StepKind::Workflow => None,
        StepKind::Http
        | StepKind::Close
        | StepKind::Set
        | StepKind::Log
        | StepKind::State
        | StepKind::Respond
        | StepKind::Return
        | StepKind::Fail
        | StepKind::Email
        | StepKind::Sql
        | StepKind::Exec => Some(Duration::from_secs(30)),
    }
}

/// What a successful attempt leads to. Known secrets are redacted in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The step's output; the execution goes on.
    Output(Value),
    /// The execution's output; it ends here.
    Return(Value),
}

impl StepRunner {
    /// A runner whose `close` steps go to `close_api_base` and whose `http` steps go where `reach` lets them, and that hides
    /// in outputs, errors and logs whatever `redactor` knows. It teaches `redactor` every credential that it uses.
    pub fn new(
        close_api_base: &str,
        credentials: Arc<dyn CredentialSource>,
        redactor: Redactor,
        reach: Reach,
    ) -> Result<Self, RunnerError> {
        let base = Url::parse(close_api_base).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let close_api_base = base.ok_or_else(|| RunnerError::CloseApiBase(close_api_base.to_owned()))?;
        Ok(Self {
            anywhere: Door::new(reach)?,
            configured: Door::new(Reach::Anything)?,
            close_api_base,
            credentials,
            redactor,
            scripts: Scripts::new(ScriptIsolation::Thread),
            allow_exec: false,
            smtp_url: None,
            databases: Databases::default(),
            limits: Limits::default(),
        })
    }

    /// The same runner, for which `exec` steps are allowed or not. Without this they are not.
    #[must_use]
    pub fn with_exec(mut self, allowed: bool) -> Self {
        self.allow_exec = allowed;
        self
    }

    /// The same runner, whose `script` steps run as that says. Without this they run on threads.
    #[must_use]
    pub fn with_scripts_in(mut self, isolation: ScriptIsolation) -> Self {
        self.scripts = Scripts::new(isolation);
        self
    }

    /// The same runner, with a mail server for `email` steps that name no credential: `smtp://` or `smtps://`.
    pub fn with_smtp(mut self, url: Secret) -> Result<Self, RunnerError> {
        email::transport(url.expose(), Duration::from_secs(1)).map_err(RunnerError::SmtpUrl)?;
        self.redactor.learn_credential(&Credential::Smtp { url: url.clone(), from: None });
        self.smtp_url = Some(url);
        Ok(self)
    }

    /// The same runner, whose `sql` steps refuse that file: it has the server's own data.
    #[must_use]
    pub fn with_own_database(mut self, file: PathBuf) -> Self {
        self.databases = self.databases.with_own_file(file);
        self
    }

    /// Until when a step has to hold off that would be run with this input, as the other side has said that it wants no
    /// more of its credential's requests before.
    #[must_use]
    pub fn held_until(&self, kind: StepKind, input: &Value, now: Timestamp) -> Option<Timestamp> {
        self.limits.held_until(kind, input, now)
    }

    /// Runs one attempt. A failure's message and the lines added to the log are redacted, as the outcome is.
    pub async fn run(&self, mut call: Call<'_>) -> Result<Outcome, StepFailure> {
        let Call { kind, input, idempotency_key, trace, timeout, now, .. } = call;
        let logged = call.log.len();
        let result = match kind {
            StepKind::Http => {
                let attempt = http::run(self, input, idempotency_key, trace, now);
                within(timeout, attempt).await.map(Outcome::Output)
            }
            StepKind::Close => {
                let attempt = close::run(self, input, idempotency_key, now);
                within(timeout, attempt).await.map(Outcome::Output)
            }
            StepKind::Set => set::run(input).map(Outcome::Output),
            StepKind::Log => log::run(input, now, call.log).map(|()| Outcome::Output(Value::Null)),
            StepKind::Return => Ok(Outcome::Return(return_step::run(input))),
            StepKind::Fail => Err(fail::run(input)),
            StepKind::Script => self.scripts.run(&mut call).await.map(Outcome::Output),
            StepKind::Email => within(timeout, email::run(self, &call)).await.map(Outcome::Output),
            StepKind::Sql => within(timeout, sql::run(self, &call)).await.map(Outcome::Output),
            StepKind::Exec => within(timeout, exec::run(self.allow_exec, input)).await.map(Outcome::Output),
            StepKind::Sleep
            | StepKind::WaitFor
            | StepKind::Workflow
            | StepKind::State
            | StepKind::Respond => {
                Err(StepFailure::invalid_input(format!("`{}` is not run here", kind.as_str())))
            }
        };
        for line in &mut call.log[logged..] {
            line.message = self.redactor.redact(&line.message).into_owned();
        }
        self.redacted(result)
    }

    /// The credential of that name; what is secret of it is hidden from now on.
    pub(crate) async fn credential(&self, name: &CredentialName) -> Result<Credential, StepFailure> {
        let credential = self.credentials.resolve(name).await.map_err(StepFailure::credential)?;
        self.redactor.learn_credential(&credential);
        Ok(credential)
    }

    fn redacted(&self, result: Result<Outcome, StepFailure>) -> Result<Outcome, StepFailure> {
        match result {
            Ok(mut outcome) => {
                let (Outcome::Output(value) | Outcome::Return(value)) = &mut outcome;
                self.redactor.redact_value(value);
                Ok(outcome)
            }
            Err(mut failure) => {
                failure.error.message = self.redactor.redact(&failure.error.message).into_owned();
                Err(failure)
            }
        }
    }
}

fn within(
    timeout: Duration,
    attempt: impl Future<Output = Result<Value, StepFailure>>,
) -> impl Future<Output = Result<Value, StepFailure>> {
    // On the heap, as the states of a request are large and most steps are not requests.
    let attempt = Box::pin(attempt);
    async move {
        tokio::time::timeout(timeout, attempt)
            .await
            .unwrap_or_else(|_| Err(StepFailure::no_answer_within(timeout)))
    }
}
