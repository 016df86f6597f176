//! What can go wrong with a call to Close, told apart by what is known about its effect.

use std::time::Duration;

/// Why a call to Close gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// Close answered that it will not; nothing was done.
    #[error("Close answered {status}: {message}")]
    Refused {
        /// The HTTP status, 3xx or 4xx.
        status: u16,
        /// Close's own words.
        message: String,
    },
    /// Too many calls; nothing was done.
    #[error("Close answered 429: {message}")]
    RateLimited {
        /// After how long Close will answer again, where it says so.
        retry_after: Option<Duration>,
        /// Close's own words.
        message: String,
    },
    /// Close answered 5xx; whether it did what was asked is not known.
    #[error("Close answered {status}: {message}")]
    Failed {
        /// The HTTP status.
        status: u16,
        /// Close's own words.
        message: String,
    },
    /// There was no connection; nothing was done.
    #[error("Close cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The call was sent and no answer came; whether it was done is not known.
    #[error("{}", lost(.0))]
    AnswerLost(#[source] reqwest::Error),
    /// Close answered 2xx with something else than was expected; it was done.
    #[error("Close's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
}

fn lost(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() { "Close did not answer in time" } else { "the connection to Close broke off" }
}

impl CloseError {
    /// The HTTP status that Close answered with, where it answered.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::Failed { status, .. } => Some(*status),
            Self::RateLimited { .. } => Some(429),
            Self::Unreachable(_) | Self::AnswerLost(_) | Self::Unreadable(_) => None,
        }
    }

    /// Close's own words, where it had any; else what happened on the way there.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Refused { message, .. }
            | Self::RateLimited { message, .. }
            | Self::Failed { message, .. } => message.clone(),
            Self::Unreachable(source) | Self::AnswerLost(source) => {
                format!("{self} ({})", root_cause(source))
            }
            Self::Unreadable(_) => self.to_string(),
        }
    }

    /// Whether Close may have done what it was asked for, and nobody here knows.
    #[must_use]
    pub const fn is_answer_lost(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::AnswerLost(_) | Self::Unreadable(_) => true,
            Self::Refused { .. } | Self::RateLimited { .. } | Self::Unreachable(_) => false,
        }
    }

    /// Whether the same call may do better in a while. One that took all of its time is not worth as much again.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Failed { .. } => true,
            Self::Unreachable(source) | Self::AnswerLost(source) => !source.is_timeout(),
            Self::Refused { .. } | Self::Unreadable(_) => false,
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
