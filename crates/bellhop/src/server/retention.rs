//! Keeps the history within its bounds.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{Keep, Pace, Store, Swept};
use bellhop_workflow::time::Clock;
use tokio_util::sync::CancellationToken;

use crate::config::{KeepFor, Settings};

/// How long to wait from one sweep to the next: often enough that each is short.
const PERIOD: Duration = Duration::from_mins(1);

/// How long to rest after each transaction at least.
const REST: Duration = Duration::from_millis(5);

/// How long Close goes on re-delivering what was not taken: until then the event has to be known still, or it would run
/// again. <https://developer.close.com/resources/webhook-subscriptions/>
const REDELIVERED: Duration = Duration::from_hours(72);

/// What the settings say of it.
pub(super) fn keep(settings: &Settings) -> Keep {
    Keep {
        age: settings.retention.to_duration(),
        payload_age: settings.retention_payloads.and_then(KeepFor::to_duration),
        rows: settings.retention_rows.to_number(),
    }
}

/// Sweeps again and again until it is stopped; at once after the start, because it may have been off for long.
pub(super) async fn keep_bounded(store: Store, clock: Arc<dyn Clock>, keep: Keep, stop: CancellationToken) {
    if keep.age.is_some_and(|age| age < REDELIVERED) {
        tracing::warn!(
            "`retention` is shorter than vendors re-deliver for: an event that comes again runs again"
        );
    }
    let pace = Pace { rest: REST, stop: stop.clone() };
    let mut warned = false;
    loop {
        let now = clock.now();
        match store.sweep(keep, now, &pace).await {
            Ok(swept) => {
                tell(&swept);
                let young = |swept: &Swept| swept.crowded_out.is_some_and(|end| now.since(end) < REDELIVERED);
                if young(&swept) && !warned {
                    warned = true;
                    tracing::warn!(
                        rows = keep.rows,
                        "more runs than `retention_rows` holds for three days: what goes is not known as a duplicate \
                         any more"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "history not swept, will try again");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PERIOD) => {}
            () = stop.cancelled() => return,
        }
    }
}

fn tell(swept: &Swept) {
    if *swept != Swept::default() {
        let Swept { executions, deliveries, payloads, workflows, crowded_out: _ } = *swept;
        tracing::debug!(executions, deliveries, payloads, workflows, "history swept");
    }
}
