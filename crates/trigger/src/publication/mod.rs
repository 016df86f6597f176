//! Drafts of custom activities, for triggers that wait for published ones.
//!
//! Close tells of a publication with an event, and that is what starts a workflow. But a draft that is published within
//! moments may be all that Close's events show, and so a draft that a trigger hears of is looked at for two minutes:
//! every five seconds, 24 times. What is to be looked at is in the database, so that a restart loses no draft and a
//! delivery is answered at once.
//!
//! The same publication may be found by looking and come as an event, too. Both have the key of [`key`], so that it
//! starts its workflow once.

mod look;
mod watch;

use std::time::Duration;

use bellhop_storage::{NewDraft, Store, StoreError};
use bellhop_workflow::ids::{HookId, TriggerId, WorkflowId};
use bellhop_workflow::time::Timestamp;

pub use self::watch::{LookError, Publications, PublicationsParts};
use crate::envelope;
use crate::inbound::{AcceptedEvent, Draft};

/// How long after a draft, and between looks.
pub(crate) const INTERVAL: Duration = Duration::from_secs(5);

/// How often a draft is looked at.
pub(crate) const LOOKS: u32 = 24;

/// Notes a draft that a trigger has heard of. Whoever takes in the event that tells of it does so before the event is
/// answered.
pub async fn note(
    store: &Store,
    workflow: WorkflowId,
    trigger: &TriggerId,
    hook: &HookId,
    draft: &Draft,
    now: Timestamp,
) -> Result<(), StoreError> {
    let new = NewDraft {
        workflow_id: workflow,
        trigger_id: trigger.clone(),
        activity_id: draft.activity.clone(),
        hook_id: hook.clone(),
        reopened_by: draft.reopened_by.clone(),
        next_at: now.plus(INTERVAL),
    };
    store.note_draft(&new, now).await
}

/// What makes a second sign of the same publication a duplicate. An activity that has become a draft again, by the event
/// `reopened_by`, is published anew.
#[must_use]
pub fn key(activity: &str, reopened_by: Option<&str>) -> String {
    envelope::distinct(match reopened_by {
        Some(event) => format!("published:{activity}@{event}"),
        None => format!("published:{activity}"),
    })
}

/// Gives an event that publishes an activity the key of that publication; any other keeps its own.
pub async fn give_key(
    store: &Store,
    workflow: WorkflowId,
    trigger: &TriggerId,
    event: &mut AcceptedEvent,
) -> Result<(), StoreError> {
    if let Some(activity) = &event.publishes {
        event.dedup_key = Some(key_of(store, workflow, trigger, activity).await?);
    }
    Ok(())
}

/// The key of the activity's next publication, as far as this trigger has heard.
async fn key_of(
    store: &Store,
    workflow: WorkflowId,
    trigger: &TriggerId,
    activity: &str,
) -> Result<String, StoreError> {
    let reopened_by = store.reopened_by(workflow, trigger, activity).await?;
    Ok(key(activity, reopened_by.as_deref()))
}
