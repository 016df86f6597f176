//! The audit log: who changed what, when, and from where.
//!
//! # Adding an action
//! A variant of [`Action`] where none fits, one of [`Subject`] for a new kind of thing, and a call of
//! [`crate::Tx::audit`] in the transaction that makes the change, or of [`crate::Store::audit`] right after it where
//! the change is no transaction of its own.

mod list;
mod subject;
mod write;

use bellhop_workflow::ids::{AuditId, TokenId};
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

pub use self::list::AuditFilter;
pub use self::subject::{Action, Subject};

/// Who makes a change, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub who: Who,
    /// The address that the request came from.
    pub address: Option<String>,
}

/// Who makes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Whoever holds a token.
    Token {
        /// Which; none for the token of the settings.
        id: Option<TokenId>,
        /// What it is called.
        name: String,
    },
    /// The server by itself: what it finds in files at its start.
    System,
    /// A command that works on the database itself.
    Cli,
}

/// The names that stand for others than tokens, so that no token may have them.
pub const RESERVED_ACTORS: [&str; 3] = ["system", "cli", Author::API_TOKEN];

impl Author {
    /// What the token of the settings is called.
    pub const API_TOKEN: &str = "api-token";

    /// The server by itself.
    #[must_use]
    pub const fn system() -> Self {
        Self { who: Who::System, address: None }
    }

    /// A command that works on the database itself.
    #[must_use]
    pub const fn cli() -> Self {
        Self { who: Who::Cli, address: None }
    }

    /// What it is called in the log.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.who {
            Who::Token { name, .. } => name,
            Who::System => "system",
            Who::Cli => "cli",
        }
    }

    const fn token(&self) -> Option<TokenId> {
        match self.who {
            Who::Token { id, .. } => id,
            Who::System | Who::Cli => None,
        }
    }
}

/// A change, as it is written down. Nothing in it is secret.
#[derive(Debug, Clone)]
pub struct NewAudit {
    /// Its id, which is of that time too.
    pub id: AuditId,
    /// Who made it.
    pub author: Author,
    /// What was done.
    pub action: Action,
    /// To what.
    pub subject: Subject,
    /// What it was before, where there was something.
    pub before: Option<Value>,
    /// What it is now, where there is something.
    pub after: Option<Value>,
    /// When.
    pub at: Timestamp,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// Its id.
    pub id: AuditId,
    /// When it was.
    pub at: Timestamp,
    /// Who: a token's name, `system` or `cli`.
    pub actor: String,
    /// The token; none where it was none, and for that of the settings.
    pub token: Option<TokenId>,
    /// What was done.
    pub action: String,
    /// The kind of what it was done to.
    pub object_kind: String,
    /// Which of its kind; none where there is only one.
    pub object_name: Option<String>,
    /// What it was before.
    pub before: Option<Value>,
    /// What it was after.
    pub after: Option<Value>,
    /// The address that the request came from.
    pub address: Option<String>,
}
