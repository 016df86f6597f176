//! Runs the recoveries that were asked for.

use std::time::Duration;

use bellhop_storage::{Outage, StoreError};
use tokio_util::sync::CancellationToken;

use super::Recovery;

/// How often is looked for what was asked for.
const PACE: Duration = Duration::from_secs(2);

impl Recovery {
    /// Fetches what was asked for until `stop` is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let round = stop.run_until_cancelled(self.run_open()).await;
            if let Some(Err(error)) = round {
                let error: &dyn std::error::Error = &error;
                if Outage::is_behind(error) {
                    tracing::debug!(error, "missed events are not looked for, will try again");
                } else {
                    tracing::error!(error, "missed events are not looked for, will try again");
                }
            }
            stop.run_until_cancelled(tokio::time::sleep(PACE)).await;
        }
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
            // Its words are stored where they are the vendor's.
            if let Err(error) = self.take_up(registration).await {
                let error: &dyn std::error::Error = &error;
                if Outage::is_behind(error) {
                    tracing::debug!(registration = %registration.id, error, "missed events not fetched yet");
                } else {
                    tracing::warn!(registration = %registration.id, error, "missed events cannot be fetched");
                }
            }
        }
        Ok(())
    }
}
