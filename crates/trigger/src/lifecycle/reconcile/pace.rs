//! When to look at a vendor again. Pure.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use bellhop_workflow::time::Timestamp;

use crate::vendor::Site;

/// How often everything is looked at.
pub(super) const PERIOD: Duration = Duration::from_mins(5);

/// How long after the first failure it is tried again. Each further one doubles it, up to the period.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// The shortest wait between two looks, whatever is due.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// The longest that a vendor can make us wait by asking for it.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// How sites fared of late.
#[derive(Debug, Default)]
pub(super) struct Paces(HashMap<Site, Pace>);

#[derive(Debug, Clone, Copy)]
struct Pace {
    failures: u32,
    until: Timestamp,
}

impl Paces {
    /// Whether it may be asked there again by now.
    pub(super) fn is_due(&self, site: &Site, now: Timestamp) -> bool {
        self.0.get(site).is_none_or(|pace| pace.until <= now)
    }

    /// Whether something failed with it the last time.
    pub(super) fn has_failed(&self, site: &Site) -> bool {
        self.0.contains_key(site)
    }

    /// Forgets those that are not there any more.
    pub(super) fn keep_only(&mut self, sites: &BTreeSet<Site>) {
        self.0.retain(|site, _| sites.contains(site));
    }

    /// All went well with it.
    pub(super) fn succeeded(&mut self, site: &Site) {
        self.0.remove(site);
    }

    /// Something failed. Gives when it is to be tried again: not before the vendor wants, where it says so. `random` is
    /// any number, for the jitter.
    pub(super) fn failed(
        &mut self,
        site: &Site,
        vendor_wants: Option<Duration>,
        now: Timestamp,
        random: u64,
    ) -> Timestamp {
        let failures = self.0.get(site).map_or(0, |pace| pace.failures);
        let pause = FIRST_PAUSE.saturating_mul(1 << failures.min(10)).min(PERIOD);
        let pause = pause.max(vendor_wants.unwrap_or_default().min(LONGEST_PAUSE));
        let until = now.plus(later(pause, random));
        self.0.insert(site.clone(), Pace { failures: failures.saturating_add(1), until });
        until
    }

    /// How long to wait from `now` until something is due.
    pub(super) fn wait(&self, now: Timestamp, random: u64) -> Duration {
        let period = later(PERIOD, random);
        let first = self.0.values().map(|pace| pace.until.since(now)).min();
        first.map_or(period, |first| first.clamp(SHORTEST_WAIT, period))
    }
}

/// Up to a fifth longer, so that nodes and installations do not all call at the same instant.
fn later(pause: Duration, random: u64) -> Duration {
    let fifth = u64::try_from(pause.as_millis() / 5).unwrap_or(u64::MAX);
    pause.saturating_add(Duration::from_millis(random % fifth.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use bellhop_workflow::ids::CredentialName;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn close() -> Site {
        Site::close(CredentialName::new("close"))
    }

    #[test]
    fn each_failure_doubles_the_pause_up_to_the_period_and_a_success_ends_it() {
        let mut paces = Paces::default();
        let pauses: Vec<u64> =
            (0..7).map(|_| paces.failed(&close(), None, NOW, 0).since(NOW).as_secs()).collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 300, 300]);
        assert!(!paces.is_due(&close(), NOW.plus(Duration::from_secs(299))));
        assert!(paces.is_due(&close(), NOW.plus(PERIOD)));
        paces.succeeded(&close());
        assert!(paces.is_due(&close(), NOW));
        assert_eq!(paces.failed(&close(), None, NOW, 0), NOW.plus(FIRST_PAUSE));
    }

    #[test]
    fn a_vendor_is_left_alone_for_as_long_as_it_asks_but_not_for_ever() {
        let mut paces = Paces::default();
        let minute = Duration::from_mins(1);
        assert_eq!(paces.failed(&close(), Some(minute), NOW, 0), NOW.plus(minute));
        assert_eq!(paces.failed(&close(), Some(Duration::MAX), NOW, 0), NOW.plus(LONGEST_PAUSE));
    }

    #[test]
    fn the_next_look_is_after_the_period_or_where_something_failed_as_soon_as_that_may_be_tried_again() {
        let mut paces = Paces::default();
        assert_eq!(paces.wait(NOW, 0), PERIOD);
        assert_eq!(paces.wait(NOW, 60_000), PERIOD + Duration::from_mins(1));
        assert_eq!(paces.wait(NOW, 60_001), PERIOD, "a fifth more at most");
        paces.failed(&close(), None, NOW, 0);
        assert_eq!(paces.wait(NOW, 7), FIRST_PAUSE);
        assert_eq!(paces.wait(NOW.plus(PERIOD), 7), SHORTEST_WAIT, "another node may be at it");
    }
}
