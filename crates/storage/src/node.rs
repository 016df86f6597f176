//! Which process it is that runs an execution.

use std::fmt;

use bellhop_workflow::time::Timestamp;
use uuid::{NoContext, Uuid};

/// One process, from its start to its end. A restarted one is another node: what the earlier one had under way is
/// taken over like anybody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(Uuid);

impl NodeId {
    /// A new node's id.
    #[must_use]
    pub fn generate(now: Timestamp) -> Self {
        let seconds = now.as_micros().max(0).unsigned_abs() / 1_000_000;
        Self(Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, 0)))
    }

    pub(crate) const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
