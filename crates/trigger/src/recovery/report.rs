//! What came of a recovery.

use bellhop_workflow::ids::{RegistrationId, TriggerId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::window::{LATE, Stretch};
use crate::door::Admitted;

/// What came of a recovery, in the words of REST and the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecoveryReport)]
pub struct Report {
    /// Whose it is.
    pub registration_id: RegistrationId,
    /// The workflow.
    pub workflow: WorkflowName,
    /// Its trigger.
    pub trigger: TriggerId,
    /// From when on events were fetched.
    pub since: Timestamp,
    /// Up to when; where it has not ended, how far it has got.
    pub until: Timestamp,
    /// What was asked for and is older than Close keeps events; none where nothing is. What happened then is lost.
    pub too_old: Option<Stretch>,
    /// How many events Close has of what the trigger subscribes to.
    pub fetched: u64,
    /// How many started an execution.
    pub run: u64,
    /// How many had started one before.
    pub duplicates: u64,
    /// How many the trigger does not want: `filters`, `where`, or nothing published.
    pub filtered: u64,
    /// How many tell of drafts, which are looked at from now on.
    pub awaited: u64,
    /// How many happened before the oldest executions that the history has: whether they have run cannot be told any
    /// more, and they were not run.
    #[serde(default)]
    pub forgotten: u64,
    /// How many came without their object, which Close gives only to administrators after an hour. They were not run.
    pub without_data: u64,
    /// How many were no events that can be read.
    pub unreadable: u64,
    /// Why it was not brought to its end, where it was not; what is counted was done all the same.
    pub error: Option<String>,
}

impl Report {
    /// From when on is left what was missed since `since`, after what was fetched by this one.
    pub(super) fn goes_on_from(&self, since: Timestamp) -> Timestamp {
        if self.since <= since { since.max(self.until.minus(LATE)) } else { since }
    }

    /// Counts what became of an event.
    pub(super) fn count(&mut self, admitted: Admitted) {
        match admitted {
            Admitted::Run => self.run += 1,
            Admitted::Duplicate => self.duplicates += 1,
            Admitted::Filtered => self.filtered += 1,
            Admitted::Awaited => self.awaited += 1,
            Admitted::Forgotten => self.forgotten += 1,
            Admitted::Unreadable => self.unreadable += 1,
        }
    }
}
