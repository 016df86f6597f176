//! Comparing what should be registered with what the vendor lists, and putting right what differs.
//!
//! | file | does |
//! |---|---|
//! | `plan`, `pace`, `missed` | decide, without I/O |
//! | `look` | asks vendors for their lists, once for each site |
//! | `survey` | a look at everything: what is as it should be is noted, the rest is tended |
//! | `tend` | one workflow, with nobody else at work on it: looks again, plans, and carries out |
//! | `mend` | carries one action out |
//! | `report` | what is told of it |
//!
//! A survey holds nobody up: it takes no lock, and therefore changes nothing. Whatever seems to differ is looked at again
//! under the workflow's lock, because an activation may just be making it. Only what is at a URL of ours that no
//! registration has is deleted without: a registration is always written down before the vendor hears of it.
//!
//! # Adding a kind of drift
//! A variant of [`Drift`], where `plan` finds it, what `mend` does about it, and whether it costs events.

mod look;
mod mend;
mod meters;
mod missed;
mod pace;
mod plan;
#[cfg(test)]
mod plan_tests;
mod report;
mod survey;
mod tend;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bellhop_workflow::ids::RegistrationId;
use tokio_util::sync::CancellationToken;

pub(super) use self::mend::MISSING;
use self::meters::ReconcilerMeters;
pub(super) use self::missed::with as missed_with;
use self::pace::Paces;
pub use self::report::{Asked, Drift, Found, Report};
pub(super) use self::survey::Scope;
use crate::vendor::SubscribedEvent;

/// What is remembered from one reconciliation to the next, in this process.
#[derive(Debug, Default)]
pub(super) struct Reconciler {
    /// Held by the one that is under way.
    paces: tokio::sync::Mutex<Paces>,
    /// What the vendor made of events that it was told, where it writes them in its own way.
    accepted: Mutex<HashMap<RegistrationId, Accepted>>,
    /// Asks for a reconciliation before its time.
    pub(super) wanted: tokio::sync::Notify,
    pub(super) meters: ReconcilerMeters,
    /// Cancelled where the server ends: what is under way is not broken off, and nothing new is begun.
    pub(super) ending: CancellationToken,
}

/// Events as we wrote them, and as the vendor wrote the same.
#[derive(Debug, Clone)]
struct Accepted {
    told: Vec<SubscribedEvent>,
    answered: Vec<SubscribedEvent>,
}

impl Reconciler {
    /// What the vendor may show where it was told `told`, besides just that.
    fn accepted(
        &self,
        registration: RegistrationId,
        told: &[SubscribedEvent],
    ) -> Option<Vec<SubscribedEvent>> {
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let accepted = accepted.get(&registration)?;
        plan::same(&accepted.told, told).then(|| accepted.answered.clone())
    }

    /// Remembers that the vendor was told `told` and answered `answered`: to tell it again would change nothing.
    pub(super) fn accept(
        &self,
        registration: RegistrationId,
        told: Vec<SubscribedEvent>,
        answered: Vec<SubscribedEvent>,
    ) {
        let mut accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        if plan::same(&told, &answered) {
            accepted.remove(&registration);
        } else {
            accepted.insert(registration, Accepted { told, answered });
        }
    }
}
