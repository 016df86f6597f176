//! Credentials: what workflows reach other services with.
//!
//! The table holds them sealed; [`CredentialStore`] is the one place that opens them.

mod open;
mod table;

pub(crate) use self::open::context;
pub use self::open::{CredentialStore, CredentialSummary, PutError, ResolveError};
pub use self::table::CredentialRow;
