//! Which executions a command is about.

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::time::Timestamp;
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::arguments::{self, Instant};
use crate::cli::lists::parameters;

/// Which executions: those to which all of it applies.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Only those of this workflow
    #[arg(long, value_name = "NAME", value_parser = arguments::workflow_name)]
    workflow: Option<WorkflowName>,
    /// Only those with this status
    #[arg(long, value_parser = PossibleValuesParser::new(ExecutionStatus::ALL.map(ExecutionStatus::as_str)))]
    status: Option<String>,
    /// Only those that this trigger started
    #[arg(long, value_name = "ID")]
    trigger: Option<String>,
    /// Only those created since: an RFC 3339 time, or how long ago (30m, 2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = arguments::instant)]
    since: Option<Instant>,
    /// Only those created before, said in the same way
    #[arg(long, value_name = "TIME", value_parser = arguments::instant)]
    until: Option<Instant>,
    /// Only those that the vendor's event with this id started
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
    /// Only those with this text in the workflow's name, the event's id or type, or the error
    #[arg(long, short, value_name = "TEXT")]
    query: Option<String>,
}

impl Which {
    /// The REST interface's parameters for it, as seen from `now`.
    pub(super) fn parameters(self, now: Timestamp) -> Vec<(&'static str, String)> {
        let time = |instant: Option<Instant>| instant.map(|instant| instant.seen_from(now).to_string());
        parameters([
            ("workflow", self.workflow.map(|name| name.to_string())),
            ("status", self.status),
            ("trigger", self.trigger),
            ("since", time(self.since)),
            ("until", time(self.until)),
            ("event_id", self.event_id),
            ("q", self.query),
        ])
    }
}
