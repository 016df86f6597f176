//! What is counted of the database and of what it keeps.

use bellhop_meters::{Choice, Counter, Gauge, Histogram, LONG, Meters, QUICK, SIZES};
use bellhop_workflow::execution::ExecutionStatus;
use uuid::Uuid;

use crate::outage::Fault;

/// How executions end.
const ENDS: [&str; 3] = [
    ExecutionStatus::Succeeded.as_str(),
    ExecutionStatus::Failed.as_str(),
    ExecutionStatus::Cancelled.as_str(),
];

/// What starts executions.
const TRIGGERS: [&str; 5] = ["close", "webhook", "schedule", "manual", "workflow"];

/// The handles. Clones count the same.
#[derive(Debug, Clone)]
pub(crate) struct StoreMeters {
    pub(crate) all: Meters,
    pub(crate) commit_seconds: Histogram,
    pub(crate) commit_size: Histogram,
    started: Choice<Counter>,
    ended: Choice<Counter>,
    seconds: Choice<Histogram>,
    errors: Choice<Counter>,
    pub(crate) outage: Gauge,
}

impl StoreMeters {
    pub(crate) fn new() -> Self {
        let all = Meters::new();
        let faults = Fault::ALL.map(Fault::as_str);
        Self {
            commit_seconds: all.histogram(
                "bellhop_commit_seconds",
                "How long each group commit took, from taking what waits to having answered.",
                &QUICK,
            ),
            commit_size: all.histogram(
                "bellhop_commit_size",
                "How many callers a group commit served.",
                &SIZES,
            ),
            started: all.counters(
                "bellhop_executions_started_total",
                "Executions that were recorded on this node, by what started them.",
                "trigger",
                &TRIGGERS,
            ),
            ended: all.counters(
                "bellhop_executions_ended_total",
                "Executions that have ended on this node.",
                "status",
                &ENDS,
            ),
            seconds: all.histograms(
                "bellhop_execution_seconds",
                "From when an execution came in to its end, waiting and pauses included.",
                "status",
                &ENDS,
                &LONG,
            ),
            errors: all.counters(
                "bellhop_database_errors_total",
                "How often the database did not take what it was given, or could not be reached.",
                "fault",
                &faults,
            ),
            outage: all.gauge(
                "bellhop_database_outage",
                "1 while the database takes nothing and deliveries are answered 503.",
            ),
            all,
        }
    }

    /// An execution was recorded.
    pub(crate) fn started(&self, trigger: &str) {
        self.started.of_value(trigger).one();
    }

    /// An execution has ended at this instant, in microseconds. When it came in is in its id.
    pub(crate) fn ended(&self, execution: Uuid, status: ExecutionStatus, at: i64) {
        self.ended.of_value(status.as_str()).one();
        if let Some(came_in) = execution.get_timestamp() {
            let (seconds, nanos) = came_in.to_unix();
            let came_in = std::time::Duration::new(seconds, nanos);
            let at = std::time::Duration::from_micros(u64::try_from(at).unwrap_or_default());
            self.seconds.of_value(status.as_str()).note(at.saturating_sub(came_in).as_secs_f64());
        }
    }

    /// The database has not done what it was asked to; none where the fault may lie in what that was.
    pub(crate) fn failed(&self, fault: Option<Fault>) {
        self.errors.of_value(fault.map_or("other", Fault::as_str)).one();
    }
}
