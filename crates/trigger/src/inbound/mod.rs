//! Judging a delivery: genuine or not, wanted or not, and as which event.
//!
//! Pure and synchronous: bytes and a time in, a [`Verdict`] out. Writing it down is the caller's.

mod filter;
mod rejection;
mod replay;
mod start;

use std::time::Duration;

use bellhop_storage::Gate;
use bellhop_workflow::conceal::Concealed;
use bellhop_workflow::event::EventHead;
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use self::filter::Rules;
pub(crate) use self::filter::{Origin, refusal, scope};
pub use self::rejection::Rejection;
pub use self::replay::{Again, recover, replay};
pub use self::start::{Starts, start};
use crate::catalogue::CLOSE;
use crate::envelope::{self, Parsed, shortened};
use crate::hooks::{Hook, Proof, Verifier};
use crate::manifest::Manifest;
use crate::signature::{VerifyError, shared};

/// What becomes of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It starts an execution, once it is durable.
    Accepted(Box<AcceptedEvent>),
    /// It is genuine, but the trigger's `where` lets it start nothing.
    Filtered {
        /// The sender's id for the event, where it gave one; at most 255 bytes.
        event_id: Option<String>,
        /// `<object_type>.<action>`; at most 255 bytes.
        event_type: String,
        /// Why, for a reader.
        reason: String,
    },
    /// It is genuine, and the trigger did not ask for it.
    Unasked {
        /// The sender's id for the event, where it gave one; at most 255 bytes.
        event_id: Option<String>,
        /// `<object_type>.<action>`; at most 255 bytes.
        event_type: String,
    },
    /// It is genuine, and no event: the sender wants to know whether the address is really ours.
    Challenged {
        /// What it is to be answered with, as plain text.
        answer: String,
    },
    /// It is genuine, and tells of a draft of a custom activity to a trigger that only wants published ones. It starts
    /// nothing; the activity is looked at later.
    Awaited {
        /// The sender's id for the event, where it gave one; at most 255 bytes.
        event_id: Option<String>,
        /// `<object_type>.<action>`; at most 255 bytes.
        event_type: String,
        /// The activity.
        draft: Draft,
    },
    /// It is not genuine, or no event.
    Rejected(Rejection),
}

/// A draft of a custom activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Close's id of it.
    pub activity: String,
    /// The event, where the activity had been published before it.
    pub reopened_by: Option<String>,
}

/// Why an event of a draft starts nothing, for the deliveries log.
pub const AWAITED: &str = "the activity is a draft: it is looked at again every five seconds for two minutes";

/// An event that is to start an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptedEvent {
    /// What is stored of it beside the body.
    pub head: EventHead,
    /// The body as JSON, without what is masked.
    pub parsed: Value,
    /// What makes a second delivery of the same event to the same workflow a duplicate: for Close
    /// `<event id>@<date_updated>`, for a webhook `<trigger>:<id from its headers>`. Short enough for an index.
    pub dedup_key: Option<String>,
    /// The custom activity that it publishes, where that is what the trigger waits for: the same publication may come
    /// as an event and be found by looking, so that its key is [`crate::publication::key`] and not that of the event.
    pub publishes: Option<String>,
    /// The sender's id for the event, where it gave one; at most 255 bytes.
    pub event_id: Option<String>,
    /// `<object_type>.<action>`; at most 255 bytes.
    pub event_type: String,
    /// What the execution is counted by.
    pub gate: Option<Gate>,
    /// What was masked; none where nothing was.
    pub masked: Option<MaskedBody>,
}

/// An event's body as it may be stored, and what was taken out of it and of the head.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskedBody {
    /// Stored instead of what was sent.
    pub body: Bytes,
    /// Stored sealed.
    pub concealed: Concealed,
}

/// Judges a delivery to `hook`. `body` is what came over the wire, byte for byte; `tolerance` is how far the sender's
/// clock may be from `now`, where its scheme has one.
#[must_use]
pub fn examine(
    hook: &Hook,
    headers: &HeaderMap,
    body: &Bytes,
    now: Timestamp,
    tolerance: Duration,
) -> Verdict {
    match judge(hook, headers, body, now, tolerance) {
        Ok(Judged::Event(parsed)) if !is_asked_for(hook, &parsed) => {
            let Parsed { head, event_id, .. } = *parsed;
            Verdict::Unasked { event_id, event_type: shortened(&head.kind) }
        }
        Ok(Judged::Event(parsed)) => filter::apply(&rules(hook), *parsed, now),
        Ok(Judged::Challenge(answer)) => Verdict::Challenged { answer },
        Err(rejection) => Verdict::Rejected(rejection),
    }
}

/// Whether the trigger asked for it: others come, too.
fn is_asked_for(hook: &Hook, parsed: &Parsed) -> bool {
    hook.events.as_ref().is_none_or(|events| events.iter().any(|pair| pair.covers(&parsed.head.kind)))
}

fn rules(hook: &Hook) -> Rules<'_> {
    Rules {
        origin: Origin {
            trigger: &hook.trigger_id,
            kind: hook.kind(),
            workflow: &hook.workflow_name,
            version: hook.version,
        },
        published: &hook.published,
        filter: hook.filter.as_ref(),
        concurrency: hook.concurrency.as_ref(),
        mask: &hook.mask,
    }
}

/// What a genuine delivery is.
enum Judged {
    Event(Box<Parsed>),
    /// The sender wants this back.
    Challenge(String),
}

fn judge(
    hook: &Hook,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<Judged, Rejection> {
    if !hook.active {
        return Err(Rejection::Inactive);
    }
    match &hook.verifier {
        Verifier::Vendor { sender, key } => {
            let key = key.as_ref().ok_or(VerifyError::NoKey)?;
            sender.signature.verify(key, headers, body, now, tolerance)?;
            if sender.name == CLOSE {
                return Ok(Judged::Event(Box::new(envelope::close::parse(body, now)?)));
            }
            read(hook, Some(sender), headers, body, now)
        }
        Verifier::Webhook { proof, .. } => {
            let proof = proof.as_ref().ok_or(VerifyError::NoKey)?;
            prove(proof, headers, body, now, tolerance)?;
            read(hook, proof.sender(), headers, body, now)
        }
    }
}

/// Reads what any sender but Close has sent.
fn read(
    hook: &Hook,
    sender: Option<&Manifest>,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Judged, Rejection> {
    if let Some(answer) = sender.and_then(|sender| sender.handshake.as_ref()?.answer(body)) {
        return Ok(Judged::Challenge(answer));
    }
    let mut parsed = envelope::webhook::parse(sender, headers, body, now)?;
    // The senders of two triggers know nothing of each other and may well number alike.
    parsed.dedup_key = parsed.dedup_key.map(|key| format!("{}:{key}", hook.trigger_id));
    Ok(Judged::Event(Box::new(parsed)))
}

fn prove(
    proof: &Proof,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), VerifyError> {
    match proof {
        Proof::Url => Ok(()),
        Proof::Basic { username, password } => shared::basic(headers, username, password),
        Proof::Bearer(token) => shared::bearer(headers, token),
        Proof::Header { name, value } => shared::fixed_header(headers, name.expose(), value),
        Proof::Hmac { signature, key, .. } => signature.verify(key, headers, body, now, tolerance),
    }
}
