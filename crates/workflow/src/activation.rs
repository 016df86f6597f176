//! The life of a workflow between "off" and "on", and of each of its registrations at a vendor.
//!
//! Every transition is written down **before** the vendor is called, so that whatever a crash leaves behind says
//! what was being attempted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a workflow, or one of its registrations, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActivationState {
    /// Off. Nothing exists at the vendor.
    Inactive,
    /// About to be made at the vendor; perhaps made there already.
    Activating,
    /// On. The vendor has confirmed, and its id and key are stored.
    Active,
    /// About to be deleted at the vendor; perhaps gone there already.
    Deactivating,
    /// The vendor's answer was lost, so that what is there is not known until it is asked again.
    Error,
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivationEvent {
    /// Somebody asks for it to be on.
    Activate,
    /// The vendor has confirmed.
    Confirmed,
    /// The vendor has refused, and nothing is left there.
    Refused,
    /// Nobody knows what the vendor did.
    AnswerLost,
    /// Somebody asks for it to be off.
    Deactivate,
    /// The vendor has nothing of it any more.
    Gone,
}

/// The event makes no sense in that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a workflow that is {state} cannot take `{event:?}`")]
pub struct IllegalTransition {
    state: ActivationState,
    event: ActivationEvent,
}

impl ActivationState {
    /// The state after `event`.
    ///
    /// `Activate` on an `Activating` one and `Deactivate` on a `Deactivating` one are how a call that a crash cut
    /// short is taken up again.
    pub fn apply(self, event: ActivationEvent) -> Result<Self, IllegalTransition> {
        use ActivationEvent as E;
        use ActivationState as S;
        match (self, event) {
            (S::Inactive | S::Activating | S::Error, E::Activate) => Ok(S::Activating),
            (S::Active, E::Activate) | (S::Activating, E::Confirmed) => Ok(S::Active),
            (S::Activating, E::Refused) | (S::Deactivating, E::Gone) | (S::Inactive, E::Deactivate) => {
                Ok(S::Inactive)
            }
            (S::Activating | S::Deactivating, E::AnswerLost) => Ok(S::Error),
            (S::Activating | S::Active | S::Deactivating | S::Error, E::Deactivate) => Ok(S::Deactivating),
            (S::Deactivating, E::Activate | E::Confirmed | E::Refused)
            | (S::Inactive | S::Active | S::Error, E::Confirmed | E::Refused | E::AnswerLost | E::Gone)
            | (S::Activating, E::Gone) => Err(IllegalTransition { state: self, event }),
        }
    }

    /// The word in REST, CLI and database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Activating => "activating",
            Self::Active => "active",
            Self::Deactivating => "deactivating",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for ActivationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is none of the states.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a state")]
pub struct UnknownState(pub(crate) String);

impl FromStr for ActivationState {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Inactive, Self::Activating, Self::Active, Self::Deactivating, Self::Error]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownState(word.to_owned()))
    }
}
