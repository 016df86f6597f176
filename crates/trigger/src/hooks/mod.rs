//! Inbound URLs: which hook belongs to which trigger, and how its senders prove themselves.
//!
//! [`HookTable`] holds all of them in memory, so that a delivery is judged without asking the database.

mod build;
mod proof;
mod table;

use bellhop_workflow::expression::Expression;
use bellhop_workflow::ids::{HookId, RegistrationId, TriggerId, Version, WorkflowId, WorkflowName};
use bellhop_workflow::model::{Concurrency, EventPair, FieldPath, WebhookResponse};

pub(crate) use self::build::key_context;
pub use self::proof::{NoProof, Proof};
pub(crate) use self::proof::{credential_of, kind_for};
pub use self::table::{HookTable, LoadError, Sharers};
use crate::manifest::Manifest;
use crate::signature::SignatureKey;

/// One inbound URL with all that is needed to judge a delivery to it.
#[derive(Debug)]
pub struct Hook {
    /// The last part of the URL.
    pub id: HookId,
    /// The registration that it belongs to.
    pub registration: RegistrationId,
    /// The workflow that a delivery starts.
    pub workflow_id: WorkflowId,
    /// That workflow's name.
    pub workflow_name: WorkflowName,
    /// The version that a delivery starts.
    pub version: Version,
    /// The trigger within the workflow.
    pub trigger_id: TriggerId,
    /// Whether the workflow is active. Deliveries to one that is not are refused, with a reason of their own.
    pub active: bool,
    /// The events that the trigger asked its vendor for. Others come, too: those of triggers that share the subscription,
    /// those that it was asked for before, and what a vendor sends unasked, to try the address.
    pub events: Option<Vec<EventPair>>,
    /// Which events only count where they publish a custom activity.
    pub published: Vec<EventPair>,
    /// The trigger's `where`.
    pub filter: Option<Expression>,
    /// How many of the workflow's executions run at once.
    pub concurrency: Option<Concurrency>,
    /// What of an event is stored sealed only.
    pub mask: Vec<FieldPath>,
    /// When the sender is answered, and with what.
    pub response: WebhookResponse,
    /// Who sends here, and how it proves itself.
    pub verifier: Verifier,
}

impl Hook {
    /// The HTTP method that this URL answers to.
    #[must_use]
    pub fn method(&self) -> &str {
        match &self.verifier {
            Verifier::Vendor { .. } => "POST",
            Verifier::Webhook { method, .. } => method,
        }
    }

    /// The trigger's kind, as workflows name it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match &self.verifier {
            Verifier::Vendor { sender, .. } => sender.name,
            Verifier::Webhook { .. } => "webhook",
        }
    }
}

/// Who sends to a hook, and how it proves itself. A key that should be there and is not is `None`: such a hook refuses
/// everything.
#[derive(Debug)]
pub enum Verifier {
    /// A vendor, with its signature.
    Vendor {
        /// Which.
        sender: &'static Manifest,
        /// The subscription's key.
        key: Option<SignatureKey>,
    },
    /// Whoever knows the URL and has what the trigger's `auth` asks for.
    Webhook {
        /// The HTTP method that is answered.
        method: String,
        /// What is asked for.
        proof: Option<Proof>,
    },
}
