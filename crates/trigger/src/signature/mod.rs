//! Proving that a delivery comes from who it says, over the raw bytes and in constant time.
//!
//! - [`Signature`]: an HMAC, however its sender writes it. How each does is data, see [`crate::manifest`].
//! - [`shared`]: a name and a password, a token, or a header, which the sender and we both know.
//!
//! # Adding a scheme
//! A manifest. Only what no manifest can say, such as a public key, needs a file here.

mod error;
mod form;
mod header;
mod key;
mod mac;
pub mod shared;
mod timestamp;
mod verify;

pub use self::error::VerifyError;
pub use self::form::{Encoding, Hash, KeyForm, Part, SentAt, SentIn, Signature, Signs, Unit};
pub use self::key::{MalformedKey, SignatureKey};
