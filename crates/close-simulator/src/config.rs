//! What a simulator is started with.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::clock::Clock;
use crate::delivery::RetryPolicy;

/// How many subscriptions an organization of Close can have.
const CLOSES_SUBSCRIPTION_LIMIT: usize = 40;

/// Settings of a simulator. [`SimulatorConfig::default`] behaves like Close itself; [`SimulatorConfig::for_tests`] does
/// so two hundred times faster.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who may call the API. All keys belong to the one organization that there is.
    pub api_keys: Vec<ApiKey>,
    /// When a delivery that failed is tried again, in Close's own time.
    pub retry: RetryPolicy,
    /// By how much the waits of `retry` are shortened: 1 is as slow as Close, 200 makes 10 s of it 50 ms.
    pub time_scale: u32,
    /// How long a receiver may take to answer one attempt. Close does not say how long it waits.
    pub attempt_timeout: Duration,
    /// How many attempts are under way at once.
    pub parallel_deliveries: usize,
    /// How fast each key may call; `None` lets it call as fast as it can.
    pub rate_limit: Option<RateLimit>,
    /// How many subscriptions the organization can have.
    pub subscription_limit: usize,
    /// Whether creating, changing and deleting objects over the API emits events, as it does at Close.
    pub events_from_writes: bool,
    /// Makes ids and sample names the same at every start; `None` takes the machine's randomness.
    pub seed: Option<u64>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_keys: Vec::new(),
            retry: RetryPolicy::default(),
            time_scale: 1,
            attempt_timeout: Duration::from_secs(10),
            parallel_deliveries: 32,
            rate_limit: Some(RateLimit::default()),
            subscription_limit: CLOSES_SUBSCRIPTION_LIMIT,
            events_from_writes: true,
            seed: None,
            clock: Clock::system(),
        }
    }
}

impl SimulatorConfig {
    /// For tests: one administrator's key, retries after 50 ms and on, no limit of calls.
    #[must_use]
    pub fn for_tests(api_key: &str) -> Self {
        Self { api_keys: vec![ApiKey::admin(api_key)], time_scale: 200, rate_limit: None, ..Self::default() }
    }
}

/// A key to the API and what its owner may do.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    key: String,
    admin: bool,
}

impl ApiKey {
    /// The key of an administrator, who sees every subscription of the organization.
    #[must_use]
    pub fn admin(key: impl Into<String>) -> Self {
        Self { key: key.into(), admin: true }
    }

    /// The key of a member, who sees only the subscriptions that the member created.
    #[must_use]
    pub fn member(key: impl Into<String>) -> Self {
        Self { key: key.into(), admin: false }
    }

    pub(crate) fn opens_with(&self, key: &str) -> bool {
        self.key == key
    }

    pub(crate) const fn is_admin(&self) -> bool {
        self.admin
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("key", &"[redacted]").field("admin", &self.admin).finish()
    }
}

/// How often one key may call one group of endpoints (method and path); the organization may three times that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls per window.
    pub limit: u32,
    /// Length of the window.
    pub window: Duration,
}

impl Default for RateLimit {
    /// The rate that Close's documentation uses as its example: 20 calls a second.
    fn default() -> Self {
        Self { limit: 20, window: Duration::from_secs(1) }
    }
}
