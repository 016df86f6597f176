//! A delivery that was believed once, judged again by the workflow as it is today.

use bellhop_storage::WorkflowRow;
use bellhop_workflow::model::{Trigger, TriggerKind, Workflow};
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;

use super::filter::{self, Origin, Rules};
use super::{Rejection, Verdict};
use crate::envelope;
use crate::manifest::manifest;

/// What is judged again.
#[derive(Debug)]
pub struct Again<'a> {
    /// The workflow that it is for.
    pub row: &'a WorkflowRow,
    /// The workflow's newest version.
    pub workflow: &'a Workflow,
    /// The trigger that it came to.
    pub trigger: &'a Trigger,
    /// Its headers, as far as the log has them.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte or with the same meaning.
    pub body: &'a [u8],
    /// When it arrived.
    pub received_at: Timestamp,
}

/// Judges it. Who sent it is not asked again: that was proved as it arrived, and a signature is stale by now. Nor is
/// whether the workflow is active: whoever replays it wants it to run.
///
/// The event has no key for duplicates: it is one on purpose.
#[must_use]
pub fn replay(again: &Again<'_>, now: Timestamp) -> Verdict {
    let parsed = match &again.trigger.kind {
        TriggerKind::Close(_) => envelope::close::parse(again.body, again.received_at),
        TriggerKind::Webhook(webhook) => {
            let sender = webhook.auth.sender().and_then(manifest);
            envelope::webhook::parse(sender, again.headers, again.body, again.received_at)
        }
        // To these nothing is delivered.
        TriggerKind::Schedule(_) | TriggerKind::Manual(_) => {
            return Verdict::Rejected(Rejection::UnknownHook);
        }
    };
    let mut parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Verdict::Rejected(error.into()),
    };
    parsed.dedup_key = None;
    let rules = Rules {
        origin: Origin {
            trigger: &again.trigger.id,
            kind: again.trigger.kind.as_str(),
            workflow: &again.row.name,
            version: again.row.version,
        },
        filter: again.trigger.filter.as_ref(),
        concurrency: again.workflow.concurrency.as_ref(),
        mask: &again.workflow.mask,
    };
    filter::apply(&rules, parsed, now)
}
