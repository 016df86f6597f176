//! Fetching what Close has not delivered: after a pause, an outage, or on request.
//!
//! Close gives up on a delivery after 72 hours, and pauses a subscription of which everything fails for three days. What
//! happened is in its event log for 30 days. What the subscription should have delivered is read from there and let in by
//! the same judgement as a delivery, with the same keys for duplicates, oldest first.
//!
//! A recovery is written down before it begins ([`request`]), and how far it has got with each stretch. After a crash or
//! a failure it is taken up again from there; what it had let in by then is a duplicate the second time.
//!
//! | file | does |
//! |---|---|
//! | `window` | which stretch can be fetched; pure |
//! | `fetch` | reads a stretch of the log |
//! | `recover` | one registration, from end to end |
//! | `keep` | runs what was asked for |
//! | `report` | what came of it |

mod error;
mod fetch;
mod keep;
mod recover;
mod report;
mod window;

use std::sync::Arc;

use bellhop_storage::{CredentialStore, Store, StoreError};
use bellhop_vault::{MasterKey, Redactor};
use bellhop_workflow::ids::RegistrationId;
use bellhop_workflow::time::{Clock, Timestamp};

pub use self::error::RecoveryError;
pub use self::report::Report;
pub use self::window::Stretch;
use crate::close::CloseApi;
pub use crate::door::DoorError;

/// What a [`Recovery`] works with.
pub struct RecoveryParts {
    /// Where everything durable is.
    pub store: Store,
    /// The credentials that triggers name.
    pub credentials: CredentialStore,
    /// What is masked is sealed with it.
    pub key: MasterKey,
    /// Asked before anything is written down.
    pub redactor: Redactor,
    /// Close's API.
    pub close: CloseApi,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Fetches what was missed. Cheap to clone.
#[derive(Clone)]
pub struct Recovery(Arc<RecoveryParts>);

impl Recovery {
    /// Fetches nothing yet.
    #[must_use]
    pub fn new(parts: RecoveryParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::fmt::Debug for Recovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recovery").finish_non_exhaustive()
    }
}

/// Has everything fetched that a registration should have been delivered since `since`: for whoever finds that it was
/// paused or gone and has mended it. It is written down and no more; [`Recovery::run`] of this or another node fetches it
/// within seconds, also after a crash. Where it is asked for twice before that, the earlier `since` counts. What happened
/// before the registration was switched on was not missed, and is not fetched; nor is what an earlier recovery has.
pub async fn request(
    store: &Store,
    registration: RegistrationId,
    since: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(active_since) = store.active_since(registration).await? else { return Ok(()) };
    let since = since.max(active_since);
    let before = store.recovery(registration).await?.filter(|before| before.finished_at.is_some());
    let report = before.and_then(|before| serde_json::from_value::<Report>(before.report?).ok());
    let since = report.map_or(since, |report| report.goes_on_from(since));
    tracing::info!(%registration, %since, "missed events are to be fetched");
    store.request_recovery(registration, since, now).await
}
