//! Triggers: what starts a workflow.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::expression::Expression;
use crate::ids::{CredentialName, TriggerId};
use crate::model::{CloseFilter, Inputs, ScheduleTrigger};

/// One trigger.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// Its id within the workflow.
    pub id: TriggerId,
    /// `where`: an event for which this is false starts nothing.
    pub filter: Option<Expression>,
    /// Which kind, with what that kind needs.
    pub kind: TriggerKind,
}

/// The kinds of trigger.
#[derive(Debug, Clone)]
pub enum TriggerKind {
    /// Events of Close CRM, through a webhook subscription that Bellhop registers there.
    Close(CloseTrigger),
    /// Events of a vendor that is described as data, through a webhook that Bellhop registers there.
    Vendor(VendorTrigger),
    /// Any sender that can POST to a URL.
    Webhook(WebhookTrigger),
    /// The clock.
    Schedule(ScheduleTrigger),
    /// Started by hand: REST, CLI, or another workflow.
    Manual(ManualTrigger),
}

impl TriggerKind {
    /// The word in YAML, REST and database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Close(_) => "close",
            Self::Vendor(vendor) => &vendor.provider,
            Self::Webhook(_) => "webhook",
            Self::Schedule(_) => "schedule",
            Self::Manual(_) => "manual",
        }
    }
}

/// What `close:` says.
#[derive(Debug, Clone, PartialEq)]
pub struct CloseTrigger {
    /// The credential that the subscription is made with.
    pub credential: CredentialName,
    /// What is subscribed to, resolved to Close's own names, each once.
    pub events: Vec<EventPair>,
    /// Of those, the ones that only start something where they publish a custom activity: it was created as published,
    /// or has turned from a draft into a published one.
    pub published: Vec<EventPair>,
    /// Close's `extra_filter`, sent with each event: a [`CloseFilter`](crate::model::CloseFilter).
    pub filters: Option<Value>,
    /// Whether the subscription is the workflow's own.
    pub sharing: Sharing,
}

/// Whose a subscription is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    /// The trigger has one of its own.
    #[default]
    None,
    /// All triggers of the server that say so with the same credential have one together.
    Workspace,
}

impl CloseTrigger {
    /// Whether such an event only counts where it publishes something.
    #[must_use]
    pub fn wants_only_published(&self, object_type: &str, action: &str) -> bool {
        self.published.iter().any(|pair| pair.object_type == object_type && pair.action == action)
    }

    /// Whether the subscription delivers such an event, given as Close has it in its log. What is to be is what Close
    /// would have delivered: one of the events, which passes the filter.
    #[must_use]
    pub fn subscribes_to(&self, event: &Value) -> bool {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_it =
            |pair: &EventPair| pair.object_type == text("object_type") && pair.action == text("action");
        let filter = self.filters.clone().map(serde_json::from_value::<CloseFilter>);
        // One that cannot be read was never with Close: the parser refuses it.
        self.events.iter().any(is_it)
            && filter.is_none_or(|filter| filter.is_ok_and(|filter| filter.matches(event)))
    }
}

/// What the trigger of a vendor says that is described as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorTrigger {
    /// Which vendor: the kind of trigger.
    pub provider: String,
    /// The credential that the webhook is registered with.
    pub credential: CredentialName,
    /// What is subscribed to, each once.
    pub events: Vec<EventPair>,
    /// What else the vendor has to be told, by its name.
    pub parameters: BTreeMap<String, String>,
}

/// In the place of an action: whatever happens to the object.
const ANY: &str = "*";

impl EventPair {
    /// An event of a vendor whose names are one text: `invoice.paid`; `push`, which has no action; `*`, which is all.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let (object_type, action) = name.rsplit_once('.').unwrap_or((name, ANY));
        Self { object_type: object_type.to_owned(), action: action.to_owned() }
    }

    /// The name that [`EventPair::named`] takes.
    #[must_use]
    pub fn name(&self) -> String {
        if self.action == ANY {
            self.object_type.clone()
        } else {
            format!("{}.{}", self.object_type, self.action)
        }
    }

    /// Whether an event of type `kind` is one of these.
    #[must_use]
    pub fn covers(&self, kind: &str) -> bool {
        if self.action == ANY {
            let below = kind.strip_prefix(self.object_type.as_str());
            return self.object_type == ANY
                || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        }
        let action = kind.strip_prefix(self.object_type.as_str()).and_then(|rest| rest.strip_prefix('.'));
        action == Some(self.action.as_str())
    }
}

/// An event as Close names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct EventPair {
    /// For instance `activity.lead_status_change`.
    #[schema(example = "lead")]
    pub object_type: String,
    /// For instance `created`.
    #[schema(example = "created")]
    pub action: String,
}

/// What `webhook:` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookTrigger {
    /// A path of the user's instead of an unguessable one.
    pub path: Option<String>,
    /// The method it answers to.
    pub method: String,
    /// How a sender proves itself.
    pub auth: WebhookAuth,
    /// When and with what the request is answered.
    pub response: WebhookResponse,
}

/// When a webhook's request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WebhookResponse {
    /// As soon as the event is durable.
    #[default]
    Immediately,
    /// When the execution has ended, with its output.
    LastStep,
    /// When a `respond` step has run, with what that says.
    RespondStep,
}

/// How the sender of a generic webhook proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookAuth {
    /// Not at all: whoever knows the URL.
    None,
    /// HTTP Basic, against a credential of kind `http_basic`.
    Basic(CredentialName),
    /// `Authorization: Bearer`, against a credential of kind `http_bearer`.
    Bearer(CredentialName),
    /// A header with a fixed value, against a credential of kind `http_header`.
    Header(CredentialName),
    /// An HMAC over the body, with a credential of kind `hmac`.
    Hmac(HmacAuth),
}

impl WebhookAuth {
    /// The sender, where it is one that is known by name: its events have types of their own.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        match self {
            Self::Hmac(HmacAuth { scheme: HmacScheme::Named(name), .. }) => Some(name),
            Self::Hmac(HmacAuth { scheme: HmacScheme::Written(_), .. })
            | Self::None
            | Self::Basic(_)
            | Self::Bearer(_)
            | Self::Header(_) => None,
        }
    }
}

/// An HMAC over the body, and what else is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HmacAuth {
    /// The credential whose `secret` is the key.
    pub credential: CredentialName,
    /// How it is made.
    pub scheme: HmacScheme,
}

/// How an HMAC is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HmacScheme {
    /// As the sender of that name does it: `scheme: github`.
    Named(String),
    /// As the workflow says.
    Written(WrittenScheme),
}

/// What a workflow says of an HMAC. The key is the UTF-8 text of the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenScheme {
    /// The header that carries the signature.
    pub header: String,
    /// The hash.
    pub algorithm: HmacAlgorithm,
    /// How the signature is written.
    pub encoding: SignatureEncoding,
    /// What stands before it in the header (`sha256=`).
    pub prefix: String,
    /// The header with the sender's Unix seconds, where there is one: the signed bytes are then that text, a dot
    /// and the body, and a stale one is refused.
    pub timestamp_header: Option<String>,
}

/// The hash of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HmacAlgorithm {
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureEncoding {
    /// Hexadecimal.
    Hex,
    /// Base64.
    Base64,
}

/// What `manual:` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ManualTrigger {
    /// What a start has to give; none where anything is taken.
    pub inputs: Option<Inputs>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_vendor_covers_what_happens_to_its_object() {
        let cases = [
            ("push", "push", true),
            ("issues", "issues.opened", true),
            ("issues", "issue_comment.created", false),
            ("invoice.paid", "invoice.paid", true),
            ("invoice.paid", "invoice.paid.late", false),
            ("charge.dispute.created", "charge.dispute.created", true),
            ("*", "whatever.happens", true),
        ];
        for (name, kind, covers) in cases {
            let event = EventPair::named(name);
            assert_eq!(event.name(), name);
            assert_eq!(event.covers(kind), covers, "{name} and {kind}");
        }
    }
}
