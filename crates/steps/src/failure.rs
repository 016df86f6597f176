//! Why an attempt failed, and whether another may fare better.

use std::time::Duration;

use bellhop_workflow::journal::StepError;
use bellhop_workflow::model::StepKind;
use http::StatusCode;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct StepFailure {
    /// What the history shows and what workflows can test for.
    pub error: StepError,
    /// Whether the same attempt may succeed later: overload, time-outs and broken connections, not refusals.
    pub retryable: bool,
    /// The other side asked to be left alone for so long. It is its own word, however long that is.
    pub retry_after: Option<Duration>,
}

impl StepFailure {
    /// The input is not what the kind of step takes. `message` names the key.
    pub(crate) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new("invalid_input", message.into(), false)
    }

    /// The credential is not there or of no use here.
    pub(crate) fn credential(message: impl Into<String>) -> Self {
        Self::new("credential", message.into(), false)
    }

    /// The time was up before the answer was complete.
    pub(crate) fn timeout(message: impl Into<String>) -> Self {
        Self::new("timeout", message.into(), true)
    }

    /// The time was up before the answer was complete.
    pub(crate) fn no_answer_within(limit: Duration) -> Self {
        Self::timeout(format!("no complete answer within {limit:?}"))
    }

    /// The time was up before what a step waits for had happened.
    #[must_use]
    pub fn nothing_happened() -> Self {
        Self::timeout("the time was up before what it waits for had happened")
    }

    /// How an attempt of that kind fails that takes longer than `limit`; none for the kinds whose attempts are never
    /// given up.
    #[must_use]
    pub fn out_of_time(kind: StepKind, limit: Duration) -> Option<Self> {
        match kind {
            StepKind::Http | StepKind::Close | StepKind::Email | StepKind::Sql | StepKind::Exec => {
                Some(Self::no_answer_within(limit))
            }
            StepKind::WaitFor | StepKind::Workflow => Some(Self::nothing_happened()),
            StepKind::Script => {
                Some(Self::script_timeout(format!("the script did not end within {limit:?}")))
            }
            StepKind::Sleep
            | StepKind::Set
            | StepKind::Log
            | StepKind::State
            | StepKind::Respond
            | StepKind::Return
            | StepKind::Fail => None,
        }
    }

    /// No connection, or one that broke.
    pub(crate) fn connection(message: impl Into<String>) -> Self {
        Self::new("connection", message.into(), true)
    }

    /// An answer with a status that the step does not take for success.
    pub(crate) fn status(status: StatusCode, message: String, retry_after: Option<Duration>) -> Self {
        let retryable = is_retryable(status);
        let mut failure = Self::new("http_status", message, retryable);
        failure.error.status = Some(status.as_u16());
        failure.retry_after = retry_after.filter(|_| retryable);
        failure
    }

    /// A good answer that is larger than a step may give.
    pub(crate) fn output_too_large(status: StatusCode, message: String) -> Self {
        let mut failure = Self::new("output_too_large", message, false);
        failure.error.status = Some(status.as_u16());
        failure
    }

    /// More than a step may give, of something that is no HTTP answer.
    pub(crate) fn large_output(message: String) -> Self {
        Self::new("output_too_large", message, false)
    }

    /// A mail server that does not take the message.
    pub(crate) fn smtp(message: String, retryable: bool) -> Self {
        Self::new("smtp", message, retryable)
    }

    /// A database that refuses the statement.
    pub(crate) fn sql(message: String, retryable: bool) -> Self {
        Self::new("sql", message, retryable)
    }

    /// A command that did not end well. Whoever asks for retries wants them also here.
    pub(crate) fn exit_code(message: String) -> Self {
        Self::new("exit_code", message, true)
    }

    /// What the operator has not switched on.
    pub(crate) fn not_allowed(message: impl Into<String>) -> Self {
        Self::new("not_allowed", message.into(), false)
    }

    /// A script that is wrong, or that asked for more than it may have.
    pub(crate) fn script(message: String) -> Self {
        Self::new("script", message, false)
    }

    /// A script that what it ran in has let down: its process was killed, for instance.
    pub(crate) fn lost_script(message: String) -> Self {
        Self::new("script", message, true)
    }

    /// A script whose time was up. It computes the same each time: another attempt would end no sooner.
    pub(crate) fn script_timeout(message: String) -> Self {
        Self::new("timeout", message, false)
    }

    /// The workflow's own word.
    pub(crate) fn fail(message: impl Into<String>) -> Self {
        Self::new("fail", message.into(), false)
    }

    fn new(kind: &str, message: String, retryable: bool) -> Self {
        let error = StepError { kind: kind.to_owned(), message, status: None };
        Self { error, retryable, retry_after: None }
    }
}

/// The statuses that say "not now" rather than "not this".
fn is_retryable(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        )
}
