//! What is counted of executions as they run here.

use bellhop_meters::{Choice, Counter, Gauge, Meters};
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::model::StepKind;

/// Blocks, which the history shows as steps.
const BLOCKS: [&str; 5] = ["parallel", "for_each", "switch", "try", "loop"];

/// How steps end.
const ENDS: [&str; 4] = ["succeeded", "failed", "skipped", "cancelled"];

/// The handles.
#[derive(Debug)]
pub(crate) struct ExecutorMeters {
    pub(crate) all: Meters,
    pub(crate) running: Gauge,
    pub(crate) slots: Gauge,
    steps: Choice<Choice<Counter>>,
    retries: Choice<Counter>,
}

impl ExecutorMeters {
    pub(crate) fn new() -> Self {
        let all = Meters::new();
        let kinds: Vec<&'static str> = StepKind::ALL.iter().map(|kind| kind.as_str()).chain(BLOCKS).collect();
        Self {
            running: all.gauge("bellhop_executions_running", "Executions that run on this node now."),
            slots: all.gauge("bellhop_execution_slots", "How many executions may run on this node at once."),
            steps: all.table(
                "bellhop_steps_total",
                "Steps and blocks that have ended, by kind and how.",
                ["kind", "status"],
                &kinds,
                &ENDS,
            ),
            retries: all.counters(
                "bellhop_step_retries_total",
                "Attempts after the first that steps took, counted as they end.",
                "kind",
                &kinds,
            ),
            all,
        }
    }

    /// A step has come to be as the record says.
    pub(crate) fn step(&self, record: &StepRecord) {
        if !record.status.is_final() {
            return;
        }
        self.steps.of_value(&record.uses).of_value(record.status.as_str()).one();
        if record.attempts > 1 {
            self.retries.of_value(&record.uses).more(u64::from(record.attempts - 1));
        }
    }
}
