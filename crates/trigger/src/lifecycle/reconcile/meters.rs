//! What is counted of reconciliations.

use bellhop_meters::{Choice, Counter, Meters};

use super::report::{Drift, Report};

/// The handles.
#[derive(Debug)]
pub(in crate::lifecycle) struct ReconcilerMeters {
    pub(in crate::lifecycle) all: Meters,
    runs: Choice<Counter>,
    drifts: Choice<Choice<Counter>>,
}

impl Default for ReconcilerMeters {
    fn default() -> Self {
        let all = Meters::new();
        Self {
            runs: all.counters(
                "bellhop_reconciliations_total",
                "Comparisons of the registrations with what vendors list, and how they ended.",
                "result",
                &["done", "unanswered", "failed"],
            ),
            drifts: all.table(
                "bellhop_drifts_total",
                "What was not as it should be at a vendor, and whether it was put right.",
                ["drift", "mended"],
                &Drift::ALL.map(Drift::as_str),
                &["true", "false"],
            ),
            all,
        }
    }
}

impl ReconcilerMeters {
    /// A reconciliation has ended so.
    pub(super) fn done(&self, report: &Report) {
        let unanswered = report.credentials.iter().any(|asked| asked.error.is_some());
        self.runs.of_value(if unanswered { "unanswered" } else { "done" }).one();
        for found in &report.found {
            let mended = if found.mended { "true" } else { "false" };
            self.drifts.of_value(found.drift.as_str()).of_value(mended).one();
        }
    }

    /// A reconciliation was broken off.
    pub(super) fn failed(&self) {
        self.runs.of_value("failed").one();
    }
}
