//! Faults that a test switches on: in answers of the API, and in deliveries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What happens to calls instead of, or besides, their answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Nothing is done, and this is answered.
    Answer {
        /// The status.
        status: u16,
        /// The body: JSON, or a text that is sent as it is.
        #[serde(default)]
        body: Value,
        /// More headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// Nothing is done, and 429 is answered with `RateLimit` and `retry-after`.
    RateLimit {
        /// Seconds until the limit is said to be reset.
        reset_seconds: f64,
    },
    /// Nothing is done, and no answer ever comes.
    Hang,
    /// Nothing is done, and the connection is closed.
    Drop,
    /// The work is done, and the connection is closed before the answer.
    DropAfter,
    /// The work is done, and no answer ever comes.
    HangAfter,
}

/// A fault in calls of the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallFault {
    /// Only calls with this method; all where it is not given.
    #[serde(default)]
    pub method: Option<String>,
    /// Only calls whose path below `/api/v1` begins so, for example `/webhook/`; all where it is empty.
    #[serde(default)]
    pub path: String,
    /// How many fitting calls are let through first.
    #[serde(default)]
    pub after: u32,
    /// How many fitting calls it then happens to.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens.
    pub effect: Effect,
}

const fn once() -> u32 {
    1
}

impl CallFault {
    /// A fault of the next call with this method and beginning of the path below `/api/v1`.
    #[must_use]
    pub fn next(method: &str, path: &str, effect: Effect) -> Self {
        Self { method: Some(method.to_owned()), path: path.to_owned(), after: 0, times: once(), effect }
    }

    /// The same fault, `times` times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        // `/webhook` and `/webhook/` are the same endpoint.
        let path_fits = path.starts_with(&self.path) || format!("{path}/") == self.path;
        method_fits && path_fits
    }
}

/// Faults in deliveries, for all of them while they are switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveryFaults {
    /// Everything is delivered twice, at once.
    pub duplicate: bool,
    /// Every other delivery is held back, so that the next one overtakes it.
    pub shuffle: bool,
    /// Everything is signed with another key.
    pub forge: bool,
    /// Everything is held back so many milliseconds.
    pub delay_ms: u64,
}

/// All faults that are switched on.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Faults {
    pub(crate) calls: Vec<CallFault>,
    pub(crate) delivery: DeliveryFaults,
}

impl Faults {
    /// What happens to this call. Counts it: a fault that happened often enough is gone.
    pub(crate) fn strike(&mut self, method: &str, path: &str) -> Option<Effect> {
        let place = self.calls.iter().position(|fault| fault.times > 0 && fault.fits(method, path))?;
        let fault = &mut self.calls[place];
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        let effect = fault.effect.clone();
        self.calls.retain(|fault| fault.times > 0);
        Some(effect)
    }
}
