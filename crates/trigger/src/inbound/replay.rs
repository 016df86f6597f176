//! A delivery that was believed once, judged again by the workflow as it is today.

use bellhop_storage::WorkflowRow;
use bellhop_workflow::model::{Trigger, TriggerKind, Workflow};
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;

use super::filter::{self, Origin, Rules};
use super::{AcceptedEvent, Rejection, Verdict};
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
    match judge(again, now) {
        Verdict::Accepted(event) => {
            Verdict::Accepted(Box::new(AcceptedEvent { dedup_key: None, publishes: None, ..*event }))
        }
        other => other,
    }
}

/// Judges what was fetched from Close itself instead of being delivered: as a delivery, but for the proof of who sent
/// it.
#[must_use]
pub fn recover(again: &Again<'_>, now: Timestamp) -> Verdict {
    judge(again, now)
}

fn judge(again: &Again<'_>, now: Timestamp) -> Verdict {
    let parsed = match &again.trigger.kind {
        TriggerKind::Close(_) => envelope::close::parse(again.body, again.received_at),
        TriggerKind::Vendor(vendor) => {
            envelope::webhook::parse(manifest(&vendor.provider), again.headers, again.body, again.received_at)
        }
        TriggerKind::Webhook(webhook) => {
            let sender = webhook.auth.sender().and_then(manifest);
            envelope::webhook::parse(sender, again.headers, again.body, again.received_at)
        }
        // To these nothing is delivered.
        TriggerKind::Schedule(_) | TriggerKind::Manual(_) => {
            return Verdict::Rejected(Rejection::UnknownHook);
        }
    };
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Verdict::Rejected(error.into()),
    };
    let rules = Rules {
        origin: Origin {
            trigger: &again.trigger.id,
            kind: again.trigger.kind.as_str(),
            workflow: &again.row.name,
            version: again.row.version,
        },
        published: match &again.trigger.kind {
            TriggerKind::Close(close) => &close.published,
            TriggerKind::Vendor(_)
            | TriggerKind::Webhook(_)
            | TriggerKind::Schedule(_)
            | TriggerKind::Manual(_) => &[],
        },
        filter: again.trigger.filter.as_ref(),
        concurrency: again.workflow.concurrency.as_ref(),
        mask: &again.workflow.mask,
    };
    filter::apply(&rules, parsed, now)
}
