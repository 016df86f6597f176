//! What stands in for a step.

use std::time::Duration;

use serde_json::Value;

/// What stands in for a step: its attempts get these answers instead of running.
#[derive(Debug, Clone, PartialEq)]
pub enum Mock {
    /// Every attempt gets the same.
    Always(Reply),
    /// The first attempt gets the first one, and so on, through all runs of the step in the order in which they are
    /// made. An attempt beyond the last one fails the case. Never empty.
    Sequence(Vec<Reply>),
}

/// What one attempt gets, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What.
    pub answer: Answer,
    /// How long the attempt takes.
    pub delay: Duration,
}

/// What one attempt gets.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It succeeds with this output.
    Output(Value),
    /// It fails.
    Error(MockError),
}

/// How a mocked attempt fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MockError {
    /// A stable word, see [`crate::journal::StepError::kind`].
    pub kind: String,
    /// What went wrong, in a sentence.
    pub message: String,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Whether the step's `retry` has it tried again.
    pub retryable: bool,
}

impl MockError {
    /// The kind of an error that says none.
    pub const KIND: &'static str = "mocked";

    /// Kinds that the same attempt would only meet again.
    const FOR_GOOD: [&'static str; 9] = [
        "credential",
        "exit_code",
        "expression",
        "fail",
        "interrupted",
        "invalid_input",
        "not_allowed",
        "output_too_large",
        "workflow_failed",
    ];

    /// Whether a real failure of this kind is tried again: of HTTP statuses those that say "not now" rather than "not
    /// this", else all but the kinds that are for good.
    #[must_use]
    pub fn is_retryable_by_nature(kind: &str, status: Option<u16>) -> bool {
        match status {
            Some(status) => status >= 500 || matches!(status, 408 | 425 | 429),
            None => !Self::FOR_GOOD.contains(&kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overload_is_tried_again_and_a_refusal_is_not() {
        let retried: Vec<_> = [400, 404, 408, 429, 500, 503]
            .into_iter()
            .filter(|status| MockError::is_retryable_by_nature("http_status", Some(*status)))
            .collect();
        assert_eq!(retried, [408, 429, 500, 503]);
        assert!(MockError::is_retryable_by_nature("timeout", None));
        assert!(!MockError::is_retryable_by_nature("credential", None));
    }
}
