//! What a node does, where several share a database.

use serde::{Deserialize, Serialize};

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    All,
    /// Takes deliveries and REST, and runs nothing.
    Ingress,
    /// Runs executions and whatever else is done without being asked, and takes nothing.
    Worker,
}

impl Role {
    /// Whether it takes deliveries and REST.
    #[must_use]
    pub const fn takes(self) -> bool {
        matches!(self, Self::All | Self::Ingress)
    }

    /// Whether it runs executions, fires schedules, reconciles, and deletes what is old.
    #[must_use]
    pub const fn works(self) -> bool {
        matches!(self, Self::All | Self::Worker)
    }
}
