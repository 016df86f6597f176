//! From when on a vendor may not have delivered. Pure.

use std::time::Duration;

use bellhop_storage::RegistrationRow;
use bellhop_workflow::time::Timestamp;

use super::mend::MISSING;
use super::report::Drift;
use crate::vendor::SubscriptionStatus;

/// For so long Close sends again what was not taken: <https://developer.close.com/api/resources/webhooks>.
const VENDORS_PATIENCE: Duration = Duration::from_hours(72);

/// From when on events of a registration have to be fetched in which `drifts` were found at `now`; none where the vendor
/// delivers all there is. What it could not deliver for up to three days before it was last seen to be as it should be may
/// have been waiting there and is gone with the subscription. `active_since` is when it was switched on.
pub(super) fn since(
    row: &RegistrationRow,
    active_since: Option<Timestamp>,
    drifts: &[Drift],
    now: Timestamp,
) -> Option<Timestamp> {
    let active_since = active_since?;
    let fine_at = row.reconciled_at.unwrap_or(active_since).max(active_since);
    // So it was left by an attempt that did not come to its end.
    let was_broken = [MISSING, SubscriptionStatus::Paused.as_str()];
    let was_broken = row.vendor_status.as_deref().is_some_and(|status| was_broken.contains(&status));
    let gave_up = now.since(fine_at) >= VENDORS_PATIENCE;
    let missed = was_broken || gave_up || drifts.iter().any(|drift| drift.costs_events());
    missed.then(|| fine_at.minus(VENDORS_PATIENCE).max(active_since))
}

/// The same where the subscription goes now, with what waits there.
pub(in crate::lifecycle) fn with(
    row: &RegistrationRow,
    active_since: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    since(row, active_since, &[Drift::Missing], now)
}

/// Whether that is worth a closer look at a registration that is as it should be.
pub(super) fn is_possible(row: &RegistrationRow, now: Timestamp) -> bool {
    since(row, Some(row.reconciled_at.unwrap_or(row.updated_at)), &[], now).is_some()
}

#[cfg(test)]
mod tests {
    use bellhop_workflow::ids::{HookId, RegistrationId, TriggerId, WorkflowId};
    use rstest::rstest;

    use super::*;
    use crate::lifecycle::transition::new_row;

    fn row() -> RegistrationRow {
        let (id, workflow) = (RegistrationId::generate(NOON), WorkflowId::generate(NOON));
        new_row(id, workflow, TriggerId::new("close"), "close", HookId::new("hook"), NOON)
    }

    const NOON: Timestamp = Timestamp::from_seconds(1_772_442_000);

    fn hours(count: u64) -> Duration {
        Duration::from_hours(count)
    }

    #[rstest]
    #[case::fine(5, "active", &[], None)]
    #[case::resumed(5, "active", &[Drift::Paused], Some(77))]
    #[case::made_anew(5, "active", &[Drift::Missing], Some(77))]
    #[case::both(5, "active", &[Drift::Duplicate, Drift::Events], Some(77))]
    #[case::only_one_too_many(5, "active", &[Drift::Duplicate], None)]
    #[case::away_for_a_short_time(71, "active", &[], None)]
    #[case::away_for_longer_than_close_tries(72, "active", &[], Some(144))]
    #[case::mended_and_not_noted(5, "paused", &[], Some(77))]
    #[case::made_and_not_noted(5, "missing", &[], Some(77))]
    #[case::not_before_it_was_on(95, "active", &[Drift::Paused], Some(100))]
    fn what_may_be_missing_begins_three_days_before_it_was_last_fine(
        #[case] fine_hours_ago: u64,
        #[case] status: &str,
        #[case] drifts: &[Drift],
        #[case] since_hours_ago: Option<u64>,
    ) {
        let mut row = row();
        row.reconciled_at = Some(NOON.minus(hours(fine_hours_ago)));
        row.vendor_status = Some(status.to_owned());
        let on_for = if fine_hours_ago == 95 { 100 } else { 1_000 };
        let found = since(&row, Some(NOON.minus(hours(on_for))), drifts, NOON);
        assert_eq!(found, since_hours_ago.map(|ago| NOON.minus(hours(ago))));
        if drifts.is_empty() {
            assert_eq!(is_possible(&row, NOON), found.is_some());
        }
    }

    #[test]
    fn one_that_was_never_looked_at_was_fine_as_it_was_switched_on() {
        let on = NOON.minus(hours(80));
        assert_eq!(since(&row(), Some(on), &[], NOON), Some(on));
        assert_eq!(since(&row(), None, &[Drift::Paused], NOON), None, "what is off misses nothing");
    }
}
