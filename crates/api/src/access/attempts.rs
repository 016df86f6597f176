//! Holds off who shows one wrong token after another.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bellhop_workflow::time::{Clock, Timestamp};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

/// So many wrong tokens are told to be wrong within the time below; those after them are not looked at.
const LIMIT: u32 = 10;

/// From the first wrong token on.
const WINDOW: Duration = Duration::from_mins(1);

/// Of so many addresses it is known how often they were wrong, those last seen: some megabyte at most.
const ADDRESSES: u64 = 10_000;

/// How often who was wrong.
#[derive(Debug)]
pub(crate) struct Attempts {
    failures: Cache<IpAddr, Failures>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    since: Timestamp,
    count: u32,
}

impl Failures {
    /// How long to wait, where there were too many.
    fn wait(self, now: Timestamp) -> Option<Duration> {
        let left = self.since.plus(WINDOW).since(now);
        (self.count > LIMIT && !left.is_zero()).then_some(left)
    }
}

impl Default for Attempts {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(ADDRESSES).eviction_policy(EvictionPolicy::lru());
        Self { failures: cache.build() }
    }
}

impl Attempts {
    /// Counts a wrong token. How long to wait, where that is one too many.
    pub(super) fn failed(&self, from: Option<IpAddr>, now: Timestamp) -> Option<Duration> {
        let counted = self.failures.entry(network(from)).and_upsert_with(|before| {
            let before = before.map(moka::Entry::into_value);
            match before.filter(|before| now < before.since.plus(WINDOW)) {
                Some(Failures { since, count }) => Failures { since, count: count.saturating_add(1) },
                None => Failures { since: now, count: 1 },
            }
        });
        counted.into_value().wait(now)
    }

    /// How long the address has to wait, where it was wrong too often.
    pub(super) fn held_off(&self, from: Option<IpAddr>, clock: &dyn Clock) -> Option<Duration> {
        self.failures.get(&network(from))?.wait(clock.now())
    }
}

/// Whom an address belongs to: of IPv6 everybody has a whole network of 2^64.
pub(crate) fn network(from: Option<IpAddr>) -> IpAddr {
    match from {
        Some(IpAddr::V6(address)) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        Some(v4) => v4,
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_772_442_014);

    /// A clock that stands at the start.
    struct Standing;

    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            START
        }
    }

    fn from(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    fn fail(attempts: &Attempts, address: &str, times: u32) {
        for _ in 0..times {
            attempts.failed(Some(from(address)), START);
        }
    }

    #[test]
    fn the_first_ones_are_let_through_and_a_minute_later_others() {
        let attempts = Attempts::default();
        fail(&attempts, "192.0.2.1", LIMIT);
        assert_eq!(attempts.held_off(Some(from("192.0.2.1")), &Standing), None);
        let later = START.plus(Duration::from_secs(20));
        assert_eq!(attempts.failed(Some(from("192.0.2.1")), later), Some(Duration::from_secs(40)));
        assert_eq!(attempts.failed(Some(from("192.0.2.1")), START.plus(WINDOW)), None);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_and_others_on_their_own() {
        let attempts = Attempts::default();
        fail(&attempts, "2001:db8::1", LIMIT);
        assert!(attempts.failed(Some(from("2001:db8::ffff:2")), START).is_some());
        assert_eq!(attempts.held_off(Some(from("2001:db8:0:1::1")), &Standing), None);
        assert_eq!(attempts.held_off(Some(from("192.0.2.1")), &Standing), None);
    }
}
