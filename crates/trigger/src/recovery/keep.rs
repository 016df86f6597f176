//! Runs the recoveries that were asked for, and asks for them after an absence that was longer than Close's patience.

use std::time::Duration;

use bellhop_storage::{RegistrationRow, StoreError};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::time::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Recovery, request};
use crate::catalogue::CLOSE;

/// For so long Close sends again what was not taken.
const VENDORS_PATIENCE: Duration = Duration::from_hours(72);

/// How often is looked for what was asked for.
const PACE: Duration = Duration::from_secs(2);

/// How often is written down that the server is up.
const BEAT: Duration = Duration::from_mins(1);

/// What happened shortly before the last sign of life may have been on its way.
const MARGIN: Duration = Duration::from_mins(10);

impl Recovery {
    /// Fetches what was asked for until `stop` is cancelled, and says in the database that a server is up.
    pub async fn run(self, stop: CancellationToken) {
        let mut returned = false;
        let mut beat: Option<Timestamp> = None;
        while !stop.is_cancelled() {
            let round = stop.run_until_cancelled(self.round(&mut returned, &mut beat)).await;
            if let Some(Err(error)) = round {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "missed events are not looked for, will try again");
            }
            stop.run_until_cancelled(tokio::time::sleep(PACE)).await;
        }
    }

    async fn round(&self, returned: &mut bool, beat: &mut Option<Timestamp>) -> Result<(), StoreError> {
        // Before the first beat, which would make the absence end.
        if !*returned {
            self.ask_after_absence().await?;
            *returned = true;
        }
        let now = self.0.clock.now();
        if beat.is_none_or(|last| now.since(last) >= BEAT) {
            self.0.store.is_present(now).await?;
            *beat = Some(now);
        }
        self.run_open().await
    }

    /// Asks for all that was missed, where no server was up for longer than Close tries again.
    pub async fn ask_after_absence(&self) -> Result<(), StoreError> {
        let (store, now) = (&self.0.store, self.0.clock.now());
        let Some(last) = store.last_present().await? else { return Ok(()) };
        if now.since(last) < VENDORS_PATIENCE {
            return Ok(());
        }
        tracing::warn!(%last, "no server was up for longer than Close sends again: what was missed is fetched");
        for row in store.all_registrations().await?.iter().filter(|row| is_subscribed(row)) {
            request(store, row.id, last.minus(MARGIN), now).await?;
        }
        Ok(())
    }

    /// Runs all that was asked for and that nobody is at.
    pub async fn run_open(&self) -> Result<(), StoreError> {
        let open = self.0.store.open_recoveries(self.0.clock.now()).await?;
        if open.is_empty() {
            return Ok(());
        }
        let registrations = self.0.store.all_registrations().await?;
        for row in open {
            let Some(registration) = registrations.iter().find(|one| one.id == row.registration_id) else {
                continue;
            };
            if let Err(error) = self.take_up(&row, registration).await {
                tracing::warn!(registration = %registration.id, %error, "missed events cannot be fetched");
            }
        }
        Ok(())
    }
}

/// Whether Close has a subscription for it.
fn is_subscribed(row: &RegistrationRow) -> bool {
    row.provider == CLOSE && row.state == ActivationState::Active
}
