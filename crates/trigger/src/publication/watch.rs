//! Looks at the drafts that are due.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{CredentialStore, DraftRow, Outage, ResolveError, Store, StoreError};
use bellhop_vault::{Credential, MasterKey, Redactor};
use bellhop_workflow::time::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{INTERVAL, LOOKS, key_of, look};
use crate::close::{CloseApi, VendorError};
use crate::door::{Door, DoorError, Fetched};
use crate::inbound::Again;
use crate::subscriber::Subscriber;

/// How many drafts are read at once.
const BATCH: u32 = 64;

/// The longest wait for what another node has noted.
const PACE: Duration = Duration::from_secs(2);

/// How long Close is left alone that does not answer. Such a look does not count.
const PAUSE: Duration = Duration::from_secs(30);

/// What [`Publications`] works with.
pub struct PublicationsParts {
    /// Where the drafts are, and what they become.
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

/// Looks at drafts until they are published. Each node of a shared database may have one: each look is one node's.
pub struct Publications(PublicationsParts);

/// Why a draft could not be looked at. It stays due, or is due again soon.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was found could not be let in.
    #[error(transparent)]
    Door(#[from] DoorError),
}

/// What a look has shown.
enum Seen {
    Published(serde_json::Value),
    Draft,
    /// It is gone, or nobody waits for it any more.
    Nothing,
    /// Close did not say.
    Unknown,
}

impl Publications {
    /// Looks at nothing yet.
    #[must_use]
    pub const fn new(parts: PublicationsParts) -> Self {
        Self(parts)
    }

    /// Looks at what falls due until `stop` is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.look_due().await {
                Ok(next) => next.map_or(PACE, |next| next.since(self.0.clock.now()).min(PACE)),
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    if Outage::is_behind(error) {
                        tracing::debug!(error, "drafts not looked at, will try again");
                    } else {
                        tracing::error!(error, "drafts not looked at, will try again");
                    }
                    PACE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Looks at all that is due by now, and says when the next draft is; none where there is none.
    pub async fn look_due(&self) -> Result<Option<Timestamp>, LookError> {
        let due = self.0.store.due_drafts(self.0.clock.now(), BATCH).await?;
        for draft in due {
            self.look(draft).await?;
        }
        Ok(self.0.store.next_draft().await?)
    }

    async fn look(&self, mut draft: DraftRow) -> Result<(), LookError> {
        let store = &self.0.store;
        let now = self.0.clock.now();
        let next = now.plus(INTERVAL);
        // Moved on first: of several nodes one looks, and a crash costs a look and no more.
        if !store.move_draft(&draft, Some(next), 1).await? {
            return Ok(());
        }
        draft.due_at = next;
        draft.looks += 1;
        if draft.looks > LOOKS {
            return self.leave(&draft).await;
        }
        let subscriber = Subscriber::at(store, &draft.hook_id, draft.workflow_id, &draft.trigger_id).await?;
        let Some(subscriber) = subscriber.filter(Subscriber::is_on) else {
            return self.leave(&draft).await;
        };
        match self.see(&subscriber, &draft.activity_id).await {
            Seen::Draft if draft.looks < LOOKS => Ok(()),
            Seen::Draft | Seen::Nothing => self.leave(&draft).await,
            Seen::Unknown => {
                // It did not look: that is given back.
                store.move_draft(&draft, Some(now.plus(PAUSE)), -1).await?;
                Ok(())
            }
            Seen::Published(activity) => {
                self.admit(&subscriber, &draft, &activity).await?;
                self.leave(&draft).await
            }
        }
    }

    /// Looks at a draft no more.
    async fn leave(&self, draft: &DraftRow) -> Result<(), LookError> {
        self.0.store.move_draft(draft, None, 0).await?;
        Ok(())
    }

    async fn see(&self, subscriber: &Subscriber, activity: &str) -> Seen {
        let Some(name) = &subscriber.registration.credential else { return Seen::Nothing };
        let key = match self.0.credentials.resolve(name).await {
            Ok(Credential::Close { api_key }) => api_key,
            Ok(_) | Err(ResolveError::Missing(_)) => return Seen::Nothing,
            Err(_) => return Seen::Unknown,
        };
        match self.0.close.custom_activity(&key, activity).await {
            Ok(Some(found)) if look::is_published(&found) => Seen::Published(found),
            Ok(Some(_)) => Seen::Draft,
            Ok(None) => Seen::Nothing,
            // A refusal is the same the next time, and counts: it ends after two minutes.
            Err(VendorError::Refused { status, .. }) => {
                tracing::warn!(workflow = %subscriber.workflow.name, status, "Close does not show a draft");
                Seen::Draft
            }
            Err(error) => {
                tracing::debug!(workflow = %subscriber.workflow.name, %error, "a draft could not be looked at");
                Seen::Unknown
            }
        }
    }

    async fn admit(
        &self,
        subscriber: &Subscriber,
        draft: &DraftRow,
        activity: &serde_json::Value,
    ) -> Result<(), LookError> {
        let (store, now) = (&self.0.store, self.0.clock.now());
        let key = key_of(store, draft.workflow_id, &draft.trigger_id, &draft.activity_id).await?;
        let subscription = subscriber.registration.webhook_id.as_deref();
        let body = look::body(activity, &draft.activity_id, &key, subscription);
        let Some(trigger) = subscriber.trigger() else { return Ok(()) };
        // Close would not deliver what does not pass the filters.
        if !subscriber.close().is_some_and(|close| close.subscribes_to(&body["event"])) {
            return Ok(());
        }
        let body = body.to_string();
        let again = Again {
            row: &subscriber.workflow,
            workflow: &subscriber.parsed,
            trigger,
            headers: &http::HeaderMap::new(),
            body: body.as_bytes(),
            received_at: now,
        };
        // It is published just now.
        let door = Door { store, key: &self.0.key, redactor: &self.0.redactor, forgotten_until: None };
        let admitted = door.admit(&again, &draft.hook_id, Fetched::ByLooking, now).await?;
        tracing::debug!(workflow = %subscriber.workflow.name, ?admitted, "a draft has been published");
        Ok(())
    }
}
