//! What is told of a reconciliation.

use std::collections::BTreeMap;

use bellhop_workflow::ids::{CredentialName, TriggerId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What was looked at, found and done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// When it began.
    pub started_at: Timestamp,
    /// When it was done.
    pub finished_at: Timestamp,
    /// How many registrations at vendors were looked at.
    pub registrations: usize,
    /// Who was asked.
    pub credentials: Vec<Asked>,
    /// What was not as it should be, and what was done about it.
    pub found: Vec<Found>,
}

/// One vendor's list, asked for with one credential and what else it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Asked {
    /// The credential.
    pub name: CredentialName,
    /// The vendor.
    #[schema(example = "close")]
    pub provider: String,
    /// What else the vendor was told to find them.
    pub parameters: BTreeMap<String, String>,
    /// How many subscriptions it lists, ours and others'.
    pub subscriptions: Option<usize>,
    /// What is to be said of their number, where it is near what the vendor allows.
    pub warning: Option<String>,
    /// Why there is no list, or why something was not put right.
    pub error: Option<String>,
    /// When it is asked again, at the latest, where something failed.
    pub retry_at: Option<Timestamp>,
}

/// Something that was not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Found {
    /// Whose it is; none where it belongs to no workflow.
    pub workflow: Option<WorkflowName>,
    /// The trigger that it is for.
    pub trigger: Option<TriggerId>,
    /// The vendor's id for it: after it was put right, where it still has one.
    #[schema(example = "whsub_1")]
    pub webhook_id: Option<String>,
    /// What it was.
    pub drift: Drift,
    /// Whether it is put right.
    pub mended: bool,
    /// What was done, or is to be done, for a person.
    #[schema(example = "was paused at Close: resumed")]
    pub what: String,
    /// Why it was not put right.
    pub error: Option<String>,
}

/// In which way something was not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// The vendor has it no more, or never had it.
    Missing,
    /// The vendor has it, and its signing key is not known here.
    KeyLost,
    /// The vendor does not deliver.
    Paused,
    /// The vendor delivers to a URL from before the public URL changed.
    Url,
    /// The vendor delivers other events, or filters them otherwise.
    Events,
    /// A second one at the URL of one that is wanted.
    Duplicate,
    /// One at the URL of a registration that is off.
    Unwanted,
    /// One at a URL of this server's that no registration has.
    Orphan,
    /// A deletion that was not confirmed yet, or what an activation or an update left behind.
    Pending,
    /// A workflow whose switching on or off was broken off.
    BrokenOff,
}

impl Drift {
    /// All of them.
    pub(super) const ALL: [Self; 10] = [
        Self::Missing,
        Self::KeyLost,
        Self::Paused,
        Self::Url,
        Self::Events,
        Self::Duplicate,
        Self::Unwanted,
        Self::Orphan,
        Self::Pending,
        Self::BrokenOff,
    ];

    /// The word that it is counted under.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::KeyLost => "key_lost",
            Self::Paused => "paused",
            Self::Url => "url",
            Self::Events => "events",
            Self::Duplicate => "duplicate",
            Self::Unwanted => "unwanted",
            Self::Orphan => "orphan",
            Self::Pending => "pending",
            Self::BrokenOff => "broken_off",
        }
    }

    /// Whether the vendor may not have delivered all there was.
    pub(super) const fn costs_events(self) -> bool {
        match self {
            Self::Missing | Self::KeyLost | Self::Paused | Self::Url | Self::Events => true,
            Self::Duplicate | Self::Unwanted | Self::Orphan | Self::Pending | Self::BrokenOff => false,
        }
    }

    /// What it was and what puts it right, for a person. `vendor` is what a reader calls the vendor.
    pub(super) fn words(self, vendor: &str) -> String {
        match self {
            Self::Missing => format!("was gone at {vendor}: made anew"),
            Self::KeyLost => "its signing key was lost: made anew".to_owned(),
            Self::Paused => format!("was paused at {vendor}: resumed"),
            Self::Url => format!("had another URL at {vendor}: changed"),
            Self::Events => format!("had other events or filters at {vendor}: changed"),
            Self::Duplicate => "a second subscription at the same URL: deleted".to_owned(),
            Self::Unwanted => "a subscription of a registration that is off: deleted".to_owned(),
            Self::Orphan => {
                "a subscription at a URL of this server that nothing here has: deleted".to_owned()
            }
            Self::Pending => "was still to be deleted: deleted".to_owned(),
            Self::BrokenOff => "switching it on or off was broken off: brought to its end".to_owned(),
        }
    }
}
