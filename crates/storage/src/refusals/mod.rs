//! Refused deliveries that are counted instead of listed: whoever sends a hundred thousand forged requests gets a few rows
//! of the log, and a number.

mod list;
mod record;

use bellhop_workflow::ids::{HookId, RefusalId, WorkflowId, WorkflowName};
use bellhop_workflow::time::Timestamp;

pub use self::list::RefusalFilter;

/// So many requests that were refused for the same reason within the same hour, at the same hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefusals {
    /// Where they came in; none for all hooks together that nobody has.
    pub hook_id: Option<HookId>,
    /// Whose hook that is.
    pub workflow_id: Option<WorkflowId>,
    /// Why they were refused, as a stable word.
    pub reason: String,
    /// How many.
    pub requests: u64,
    /// The length of their bodies together, in bytes.
    pub bytes: u64,
    /// When the first of them came. It says which hour they are counted in.
    pub first_at: Timestamp,
    /// When the last of them came.
    pub last_at: Timestamp,
}

/// What was counted of one hook, reason and hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// Its id.
    pub id: RefusalId,
    /// Where they came in; none for all hooks together that nobody has.
    pub hook_id: Option<HookId>,
    /// What the workflow is called whose hook that was.
    pub workflow: Option<WorkflowName>,
    /// Why they were refused.
    pub reason: String,
    /// How many.
    pub requests: u64,
    /// The length of their bodies together, in bytes.
    pub bytes: u64,
    /// When the first of them came.
    pub first_at: Timestamp,
    /// When the last of them came.
    pub last_at: Timestamp,
}
