//! Why a delivery is refused, as the deliveries log says it.

use std::fmt;

use crate::envelope::EnvelopeError;
use crate::signature::VerifyError;

/// Why a delivery is refused. The sender is told [`Rejection::status`] only; the log has [`Rejection::as_str`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// No hook has this id. For whoever looks the hook up: [`super::examine`] has one already.
    UnknownHook,
    /// The hook's workflow is not active.
    Inactive,
    /// Nothing is stored to verify with.
    NoKey,
    /// The header with the signature is not there.
    MissingSignature,
    /// The header with the time is not there.
    MissingTimestamp,
    /// The header with the id that is signed is not there.
    MissingId,
    /// The signature is not written the way it has to be.
    MalformedSignature,
    /// The signature is too short or too long.
    SignatureLength,
    /// The time is not written the way it has to be.
    MalformedTimestamp,
    /// The time is too far from ours.
    StaleTimestamp,
    /// The signature belongs to other bytes or another key.
    SignatureMismatch,
    /// The name, password or token is missing or wrong.
    Unauthorized,
    /// The body is not JSON, or none that can be read.
    NotJson,
    /// The content type is none that is taken.
    UnsupportedContentType,
    /// The body is JSON without an event in it.
    NotAnEvent,
}

impl Rejection {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::UnknownHook,
        Self::Inactive,
        Self::NoKey,
        Self::MissingSignature,
        Self::MissingTimestamp,
        Self::MissingId,
        Self::MalformedSignature,
        Self::SignatureLength,
        Self::MalformedTimestamp,
        Self::StaleTimestamp,
        Self::SignatureMismatch,
        Self::Unauthorized,
        Self::NotJson,
        Self::UnsupportedContentType,
        Self::NotAnEvent,
    ];

    /// The word in the deliveries log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownHook => "unknown_hook",
            Self::Inactive => "inactive",
            Self::NoKey => "no_key",
            Self::MissingSignature => "missing_signature",
            Self::MissingTimestamp => "missing_timestamp",
            Self::MissingId => "missing_id",
            Self::MalformedSignature => "malformed_signature",
            Self::SignatureLength => "signature_length",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::StaleTimestamp => "stale_timestamp",
            Self::SignatureMismatch => "signature_mismatch",
            Self::Unauthorized => "unauthorized",
            Self::NotJson => "not_json",
            Self::UnsupportedContentType => "unsupported_content_type",
            Self::NotAnEvent => "not_an_event",
        }
    }

    /// The HTTP status that the sender gets. An inactive hook answers as an unknown one does: from outside they are
    /// the same.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::UnknownHook | Self::Inactive => 404,
            Self::NoKey
            | Self::MissingSignature
            | Self::MissingTimestamp
            | Self::MissingId
            | Self::MalformedSignature
            | Self::SignatureLength
            | Self::MalformedTimestamp
            | Self::StaleTimestamp
            | Self::SignatureMismatch
            | Self::Unauthorized => 401,
            Self::NotJson | Self::NotAnEvent => 400,
            Self::UnsupportedContentType => 415,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::NoKey => Self::NoKey,
            VerifyError::MissingSignature => Self::MissingSignature,
            VerifyError::MissingTimestamp => Self::MissingTimestamp,
            VerifyError::MissingId => Self::MissingId,
            VerifyError::MalformedSignature => Self::MalformedSignature,
            VerifyError::SignatureLength { .. } => Self::SignatureLength,
            VerifyError::MalformedTimestamp => Self::MalformedTimestamp,
            VerifyError::Stale { .. } => Self::StaleTimestamp,
            VerifyError::Mismatch => Self::SignatureMismatch,
            VerifyError::Unauthorized => Self::Unauthorized,
        }
    }
}

impl From<EnvelopeError> for Rejection {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::NotJson => Self::NotJson,
            EnvelopeError::NotAnEvent => Self::NotAnEvent,
            EnvelopeError::UnsupportedContentType => Self::UnsupportedContentType,
        }
    }
}
