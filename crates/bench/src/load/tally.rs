//! What was counted in a window.

use std::time::Duration;

use serde::Serialize;

use super::histogram::Histogram;

/// Answers of a window and how long they took.
pub(crate) struct Tally {
    micros: Histogram,
}

/// Percentiles, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Latencies {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { micros: Histogram::default() }
    }

    pub(crate) fn add(&mut self, latency: Duration) {
        self.micros.add(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    pub(crate) fn count(&self) -> u64 {
        self.micros.count()
    }

    pub(crate) fn latencies(&self) -> Latencies {
        let at = |quantile: f64| milliseconds(self.micros.quantile(quantile));
        Latencies {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: milliseconds(self.micros.max()),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a minute are far below 2^53")]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_what_was_added() {
        let mut tally = Tally::new();
        for micros in 1..=1_000 {
            tally.add(Duration::from_micros(micros * 10));
        }
        let latencies = tally.latencies();
        for (measured, expected) in
            [(latencies.p50, 5.0), (latencies.p90, 9.0), (latencies.p99, 9.9), (latencies.max, 10.0)]
        {
            assert!((measured - expected).abs() <= expected * 0.002, "{measured} is not {expected}");
        }
        assert_eq!(tally.count(), 1_000);
    }
}
