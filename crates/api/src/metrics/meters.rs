//! What is counted of requests and deliveries, and what is read of the database as somebody looks.

use bellhop_meters::{Choice, Counter, Gauges, Histogram, Meters, QUICK};
use bellhop_storage::Outcome;
use bellhop_trigger::inbound::Rejection;
use http::StatusCode;

/// Why deliveries are refused before anybody looks at what they say, as the deliveries log has it.
const REASONS: [&str; 6] = ["too_large", "too_slow", "incomplete", "wrong_method", "rate_limited", "other"];

const OUTCOMES: [&str; 4] = [
    Outcome::Accepted.as_str(),
    Outcome::Duplicate.as_str(),
    Outcome::Filtered.as_str(),
    Outcome::Rejected.as_str(),
];

/// What a request is for.
const ROUTES: [&str; 6] = ["webhook", "resume", "api", "health", "metrics", "other"];

const STATUSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// The handles.
#[derive(Debug)]
pub(crate) struct ApiMeters {
    pub(super) all: Meters,
    deliveries: Choice<Counter>,
    rejected: Choice<Counter>,
    ingress: Choice<Histogram>,
    requests: Choice<Choice<Counter>>,
    pub(super) queue_depth: Gauges,
    pub(super) queue_oldest: Gauges,
    pub(super) registrations: Gauges,
}

impl ApiMeters {
    pub(crate) fn new() -> Self {
        let all = Meters::new();
        let reasons: Vec<&'static str> =
            Rejection::ALL.iter().map(|rejection| rejection.as_str()).chain(REASONS).collect();
        // Always 1: what it says is in its label.
        let build = all.gauges("bellhop_build_info", "The version of this server.", &["version"]);
        build.set_all([(vec![env!("CARGO_PKG_VERSION")], 1)]);
        Self {
            deliveries: all.counters(
                "bellhop_deliveries_total",
                "Deliveries that came in over HTTP, by what became of them.",
                "outcome",
                &OUTCOMES,
            ),
            rejected: all.counters(
                "bellhop_deliveries_rejected_total",
                "Deliveries that were refused, by why.",
                "reason",
                &reasons,
            ),
            ingress: all.histograms(
                "bellhop_ingress_seconds",
                "From a delivery's headers to its being durable, or refused.",
                "outcome",
                &OUTCOMES,
                &QUICK,
            ),
            requests: all.table(
                "bellhop_http_requests_total",
                "Requests that were answered, by what they were for and the class of the status.",
                ["route", "status"],
                &ROUTES,
                &STATUSES,
            ),
            queue_depth: all.gauges(
                "bellhop_queue_depth",
                "Executions that are due and that nobody runs; of one workflow at most 100,000 are counted.",
                &[],
            ),
            queue_oldest: all.gauges(
                "bellhop_queue_oldest_seconds",
                "How long the one has been due that has waited longest; 0 where none is.",
                &[],
            ),
            registrations: all.gauges(
                "bellhop_registrations",
                "Registrations, by where they stand here and what the vendor last said of them.",
                &["state", "vendor_status"],
            ),
            all,
        }
    }

    /// A delivery has come to this.
    pub(crate) fn delivery(&self, outcome: Outcome, seconds: f64) {
        self.deliveries.of_value(outcome.as_str()).one();
        self.ingress.of_value(outcome.as_str()).note(seconds);
    }

    /// A delivery was refused for the reason of that word.
    pub(crate) fn rejected(&self, reason: &str, seconds: f64) {
        self.delivery(Outcome::Rejected, seconds);
        self.rejected.of_value(reason).one();
    }

    /// A request for that path was answered.
    pub(crate) fn request(&self, route: &'static str, status: StatusCode) {
        let status = match status.as_u16() / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            5 => "5xx",
            _ => "other",
        };
        self.requests.of_value(route).of_value(status).one();
    }
}

/// What a request for that path is for.
pub(crate) fn route(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("webhook") => "webhook",
        Some("resume") => "resume",
        Some("api") => "api",
        Some("healthz" | "readyz") => "health",
        Some("metrics") => "metrics",
        _ => "other",
    }
}
