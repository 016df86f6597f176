//! Counters, gauges and histograms, and their text for Prometheus. The only crate that names `prometheus`.
//!
//! Each part of the server has [`Meters`] of its own, makes what it counts with once, as it starts, and keeps the handles:
//! to count is an addition to an atomic number, without a lock, an allocation or a look-up. `/metrics` shows the meters
//! of all parts.
//!
//! # Adding a metric
//! 1. A handle beside the others of its part (`meters.rs` in each crate), and where it is counted.
//! 2. A row in `docs/metrics.md`; a test holds the two together.
//!
//! A label has few values, which are known beforehand: no workflow, no hook, no address.

mod choice;
mod process;

use std::fmt;

use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};

pub use self::choice::Choice;
pub use self::process::process;

/// The content type of [`render`].
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// Up to which number of seconds the buckets of a request or a commit go.
pub const QUICK: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The same for what may take its time.
pub const LONG: [f64; 14] =
    [0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 3_600.0, 86_400.0];

/// How much goes into one commit, by powers of two.
pub const SIZES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// What one part of the server counts. Clones are of the same one.
#[derive(Clone, Default)]
pub struct Meters(Registry);

/// Only goes up.
#[derive(Debug, Clone)]
pub struct Counter(prometheus::IntCounter);

/// Goes up and down.
#[derive(Debug, Clone)]
pub struct Gauge(prometheus::IntGauge);

/// How often something was how large.
#[derive(Debug, Clone)]
pub struct Histogram(prometheus::Histogram);

/// Gauges whose labels are only known as they are read; not for where it has to be quick.
#[derive(Debug, Clone)]
pub struct Gauges(IntGaugeVec);

impl Meters {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A counter without labels.
    #[must_use]
    pub fn counter(&self, name: &str, help: &str) -> Counter {
        Counter(self.counters_of(name, help, &[]).with_label_values(&[] as &[&str]))
    }

    /// A counter for each value of a label.
    #[must_use]
    pub fn counters(&self, name: &str, help: &str, label: &str, values: &[&'static str]) -> Choice<Counter> {
        let counters = self.counters_of(name, help, &[label]);
        Choice::of(values, |value| Counter(counters.with_label_values(&[value])))
    }

    /// A counter for each value of one label and each of another.
    #[must_use]
    pub fn table(
        &self,
        name: &str,
        help: &str,
        labels: [&str; 2],
        first: &[&'static str],
        second: &[&'static str],
    ) -> Choice<Choice<Counter>> {
        let counters = self.counters_of(name, help, &labels);
        Choice::of(first, |one| {
            Choice::of(second, |other| Counter(counters.with_label_values(&[one, other])))
        })
    }

    /// A gauge without labels.
    #[must_use]
    pub fn gauge(&self, name: &str, help: &str) -> Gauge {
        Gauge(self.gauges(name, help, &[]).0.with_label_values(&[] as &[&str]))
    }

    /// Gauges with these labels.
    #[must_use]
    pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Gauges {
        Gauges(self.register(IntGaugeVec::new(Opts::new(name, help), labels)))
    }

    /// A histogram with these upper bounds.
    #[must_use]
    pub fn histogram(&self, name: &str, help: &str, bounds: &[f64]) -> Histogram {
        Histogram(self.histograms_of(name, help, &[], bounds).with_label_values(&[] as &[&str]))
    }

    /// A histogram for each value of a label.
    #[must_use]
    pub fn histograms(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: &[&'static str],
        bounds: &[f64],
    ) -> Choice<Histogram> {
        let histograms = self.histograms_of(name, help, &[label], bounds);
        Choice::of(values, |value| Histogram(histograms.with_label_values(&[value])))
    }

    fn counters_of(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.register(IntCounterVec::new(Opts::new(name, help), labels))
    }

    fn histograms_of(&self, name: &str, help: &str, labels: &[&str], bounds: &[f64]) -> HistogramVec {
        let options = HistogramOpts::new(name, help).buckets(bounds.to_vec());
        self.register(HistogramVec::new(options, labels))
    }

    #[expect(
        clippy::expect_used,
        reason = "names, labels and bounds are constants, which every start of a server tries"
    )]
    fn register<C: Collector + Clone + 'static>(&self, made: prometheus::Result<C>) -> C {
        let made = made.expect("a name and labels that Prometheus takes");
        self.0.register(Box::new(made.clone())).expect("a name that no other metric of this part has");
        made
    }
}

impl Counter {
    /// One more.
    pub fn one(&self) {
        self.0.inc();
    }

    /// So many more.
    pub fn more(&self, count: u64) {
        self.0.inc_by(count);
    }
}

impl Gauge {
    /// It is this much now.
    pub fn set(&self, value: i64) {
        self.0.set(value);
    }

    /// One more.
    pub fn up(&self) {
        self.0.inc();
    }

    /// One less.
    pub fn down(&self) {
        self.0.dec();
    }
}

impl Gauges {
    /// What they are now, each with the values of its labels in their order; what is not named is gone.
    pub fn set_all<'a>(&self, values: impl IntoIterator<Item = (Vec<&'a str>, i64)>) {
        self.0.reset();
        for (labels, value) in values {
            // One with another number of labels is a mistake of ours that costs a number and nothing else.
            if let Ok(gauge) = self.0.get_metric_with_label_values(&labels) {
                gauge.set(value);
            }
        }
    }
}

impl Histogram {
    /// It was this large once more: a number of seconds, or of things.
    pub fn note(&self, value: f64) {
        self.0.observe(value);
    }
}

impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}

/// What all of them show now, in the text format 0.0.4 of Prometheus.
#[must_use]
pub fn render<'a>(parts: impl IntoIterator<Item = &'a Meters>) -> String {
    let families: Vec<_> = parts.into_iter().flat_map(|part| part.0.gather()).collect();
    // A family without a single value cannot be written; `gather` gives none.
    TextEncoder::new().encode_to_string(&families).unwrap_or_default()
}
