//! Proving that a delivery comes from who it says, over the raw bytes and in constant time.
//!
//! - [`close`]: Close's two headers.
//! - [`webhook`]: what a generic webhook trigger's `auth` can ask for.
//!
//! # Adding a scheme
//! A file here that says which bytes are signed, with `mac::check` doing the comparing; a variant of
//! [`crate::hooks::Verifier`] that holds its key; and its vendor's published test vector as a test.

pub mod close;
mod error;
mod header;
mod mac;
mod timestamp;
pub mod webhook;

pub use self::close::{SignatureKey, verify};
pub use self::error::VerifyError;
