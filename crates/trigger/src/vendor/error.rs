//! What can go wrong with a call to a vendor, told apart by what is known about its effect.

use std::time::Duration;

/// Why a call to a vendor gave nothing. `vendor` is what a reader calls it.
#[derive(Debug, thiserror::Error)]
pub enum VendorError {
    /// It answered that it will not; nothing was done.
    #[error("{vendor} answered {status}: {message}")]
    Refused {
        /// Who.
        vendor: &'static str,
        /// The HTTP status, 3xx or 4xx.
        status: u16,
        /// The vendor's own words.
        message: String,
    },
    /// Too many calls; nothing was done.
    #[error("{vendor} answered {status}: {message}")]
    RateLimited {
        /// Who.
        vendor: &'static str,
        /// The HTTP status: 429, or what that vendor says it with.
        status: u16,
        /// After how long the vendor will answer again, where it says so.
        retry_after: Option<Duration>,
        /// The vendor's own words.
        message: String,
    },
    /// It answered 5xx; whether it did what was asked is not known.
    #[error("{vendor} answered {status}: {message}")]
    Failed {
        /// Who.
        vendor: &'static str,
        /// The HTTP status.
        status: u16,
        /// The vendor's own words.
        message: String,
    },
    /// There was no connection; nothing was done.
    #[error("{vendor} cannot be reached")]
    Unreachable {
        /// Who.
        vendor: &'static str,
        /// Why.
        source: reqwest::Error,
    },
    /// The call was sent and no answer came; whether it was done is not known.
    #[error("{}", lost(.vendor, .source))]
    AnswerLost {
        /// Who.
        vendor: &'static str,
        /// What came instead.
        source: reqwest::Error,
    },
    /// It answered 2xx with something else than was expected; it was done.
    #[error("{vendor}'s answer cannot be read")]
    Unreadable {
        /// Who.
        vendor: &'static str,
        /// What is the matter with it.
        source: Unreadable,
    },
}

/// What is the matter with an answer.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not in the expected form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Something is not there that is always there.
    #[error("it has no {0}")]
    Lacks(&'static str),
    /// It goes on and on.
    #[error("its list does not end")]
    Endless,
}

fn lost(vendor: &str, error: &reqwest::Error) -> String {
    if error.is_timeout() {
        format!("{vendor} did not answer in time")
    } else {
        format!("the connection to {vendor} broke off")
    }
}

impl VendorError {
    /// The HTTP status that the vendor answered with, where it answered.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::Failed { status, .. } | Self::RateLimited { status, .. } => {
                Some(*status)
            }
            Self::Unreachable { .. } | Self::AnswerLost { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// The vendor's own words, where it had any; else what happened on the way there.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Refused { message, .. }
            | Self::RateLimited { message, .. }
            | Self::Failed { message, .. } => message.clone(),
            Self::Unreachable { source, .. } | Self::AnswerLost { source, .. } => {
                format!("{self} ({})", root_cause(source))
            }
            Self::Unreadable { .. } => self.to_string(),
        }
    }

    /// Whether the vendor may have done what it was asked for, and nobody here knows.
    #[must_use]
    pub const fn is_answer_lost(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::AnswerLost { .. } | Self::Unreadable { .. } => true,
            Self::Refused { .. } | Self::RateLimited { .. } | Self::Unreachable { .. } => false,
        }
    }

    /// Whether the same call may do better in a while. One that took all of its time is not worth as much again.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Failed { .. } => true,
            Self::Unreachable { source, .. } | Self::AnswerLost { source, .. } => !source.is_timeout(),
            Self::Refused { .. } | Self::Unreadable { .. } => false,
        }
    }
}

/// The innermost error: "Connection refused" rather than "error sending request".
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
