//! Why a delivery is not believed.

use std::time::Duration;

/// Why a delivery is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// There is no key to verify with: never a reason to let a delivery pass.
    #[error("no key is stored to verify with")]
    NoKey,
    /// The header with the signature is not there.
    #[error("the signature header is missing")]
    MissingSignature,
    /// The header with the time is not there.
    #[error("the timestamp header is missing")]
    MissingTimestamp,
    /// The header with the id that is signed is not there.
    #[error("the id header is missing")]
    MissingId,
    /// The signature is not written the way it has to be.
    #[error("the signature is malformed")]
    MalformedSignature,
    /// The signature is written well but has another length than the hash.
    #[error("the signature is {actual} bytes long, not {expected}")]
    SignatureLength {
        /// The length of the hash, in bytes.
        expected: usize,
        /// The length that was sent, in bytes.
        actual: usize,
    },
    /// The time is not written the way it has to be.
    #[error("the timestamp is malformed")]
    MalformedTimestamp,
    /// The time is too far from ours, in either direction.
    #[error("the timestamp is {skew:?} away from now, more than {tolerance:?}")]
    Stale {
        /// How far away it is.
        skew: Duration,
        /// How far it may be.
        tolerance: Duration,
    },
    /// The signature belongs to other bytes or another key.
    #[error("the signature does not match")]
    Mismatch,
    /// The name, password or token is missing or wrong. Which of these is not said.
    #[error("the sender did not authenticate")]
    Unauthorized,
}
