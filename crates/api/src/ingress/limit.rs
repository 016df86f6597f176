//! How much may come in: for each hook, and from each address.

use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bellhop_workflow::ids::HookId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::access::network;

/// Of so many hooks and addresses it is known how much has come, those last seen: a few megabytes at most.
const MOST: u64 = 10_000;

/// How many deliveries in how long. As many may come at once after a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: NonZeroU32,
    /// In how long.
    pub period: Duration,
}

/// Which limits there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct IngressRates {
    /// For each hook; none for however many.
    pub hook: Option<Rate>,
    /// From each address; none for however many.
    pub address: Option<Rate>,
}

/// What has come lately.
#[derive(Debug)]
pub(crate) struct IngressLimits {
    hooks: Option<Limiter<HookId>>,
    addresses: Option<Limiter<IpAddr>>,
}

impl IngressLimits {
    pub(crate) fn new(rates: IngressRates) -> Self {
        Self { hooks: rates.hook.map(Limiter::new), addresses: rates.address.map(Limiter::new) }
    }

    /// One more from that address. How long to wait, where that is one too many.
    pub(super) fn address_waits(&self, address: Option<IpAddr>) -> Option<Duration> {
        self.addresses.as_ref()?.one_more(&network(address))
    }

    /// One more for that hook, which is genuine: what is forged must not take the place of what is not. How long to wait,
    /// where that is one too many.
    pub(super) fn hook_waits(&self, hook: &HookId) -> Option<Duration> {
        self.hooks.as_ref()?.one_more(hook)
    }
}

/// A limit for each of many.
struct Limiter<K> {
    quota: Quota,
    clock: DefaultClock,
    known: Cache<K, Arc<DefaultDirectRateLimiter>>,
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> Limiter<K> {
    fn new(rate: Rate) -> Self {
        let each = rate.period / rate.count.get();
        let quota = Quota::with_period(each.max(Duration::from_nanos(1)));
        let quota = quota.unwrap_or_else(|| Quota::per_second(rate.count)).allow_burst(rate.count);
        let known = Cache::builder().max_capacity(MOST).eviction_policy(EvictionPolicy::lru()).build();
        Self { quota, clock: DefaultClock::default(), known }
    }

    fn one_more(&self, whose: &K) -> Option<Duration> {
        let fresh = || Arc::new(RateLimiter::direct(self.quota));
        let limiter = self.known.get(whose).unwrap_or_else(|| self.known.get_with(whose.clone(), fresh));
        limiter.check().err().map(|until| until.wait_time_from(self.clock.now()))
    }
}

impl<K> fmt::Debug for Limiter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").field("quota", &self.quota).finish_non_exhaustive()
    }
}
