//! Sealing secrets, and keeping them out of logs and history.
//!
//! - [`Secret`] is text that cannot be printed by accident.
//! - [`MasterKey`] seals bytes for the database; the key itself is never in it.
//! - [`Credential`] is what a user stores under a name, of one of the [`CredentialKind`]s.
//! - [`ResumeTokens`] makes and reads the URLs that resume waiting executions.
//! - [`Redactor`] knows the secrets that are in use and takes them out of whatever is about to be written down.

mod credential;
mod master_key;
mod redact;
mod resume;
mod seal;
mod secret;

pub use self::credential::{Credential, CredentialError, CredentialKind, UnknownKind};
pub use self::master_key::{KeyError, KeyId, MasterKey};
pub use self::redact::Redactor;
pub use self::resume::{InvalidToken, ResumeTokens};
pub use self::seal::{OpenError, ResealError, SealError, Sealed};
pub use self::secret::Secret;
