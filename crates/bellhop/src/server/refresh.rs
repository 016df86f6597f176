//! Keeps the table of hooks in step with what other nodes change in the database they share.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::Outage;
use bellhop_trigger::hooks::HookTable;
use tokio_util::sync::CancellationToken;

/// How long this node may go on with a hook that another node has changed. One that is new is found at once: a hook that
/// is not in memory is looked up.
const PACE: Duration = Duration::from_secs(5);

/// Reads the hooks again and again until it is stopped.
pub(super) async fn keep_fresh(hooks: Arc<HookTable>, stop: CancellationToken) {
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = pace.tick() => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = hooks.load().await {
            let error = &error as &dyn std::error::Error;
            if Outage::is_behind(error) {
                tracing::debug!(error, "hooks not refreshed, will try again");
            } else {
                tracing::warn!(error, "hooks not refreshed, will try again");
            }
        }
    }
}
