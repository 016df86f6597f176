//! Events of executions as lines for a person.

use std::collections::HashMap;

use bellhop_workflow::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::page::{log_line, mark};
use crate::cli::CliError;
use crate::cli::client::decode;
use crate::cli::output::paint::{Paint, Tone};
use crate::cli::output::{text, time};
use crate::cli::shapes::{Execution, Step};

/// A step, and whose it is.
#[derive(Debug, Deserialize)]
struct StepChange {
    execution: String,
    workflow: String,
    #[serde(flatten)]
    step: Step,
}

/// Writes events out.
pub(super) struct Lines {
    paint: Paint,
    /// Whether they are all about the same one, which need not be said each time.
    one: bool,
    /// How many lines of each step's log were shown.
    logged: HashMap<(String, String), usize>,
}

impl Lines {
    pub(super) fn new(paint: Paint, one: bool) -> Self {
        Self { paint, one, logged: HashMap::new() }
    }

    /// The lines of an event; none of one that this version does not know.
    pub(super) fn of(&mut self, name: &str, data: &Value) -> Result<Vec<String>, CliError> {
        match name {
            "execution" => Ok(self.execution(&decode(data)?)),
            "step" => Ok(self.step(&decode(data)?)),
            _ => Ok(Vec::new()),
        }
    }

    fn execution(&self, execution: &Execution) -> Vec<String> {
        let at = execution.finished_at.or(execution.started_at).unwrap_or(execution.created_at);
        let status = self.paint.tone(Tone::of(&execution.status), &execution.status);
        let mut line = format!("{}{status}", self.start(Some(at), &execution.workflow, &execution.id));
        let took =
            execution.started_at.zip(execution.finished_at).map(|(from, to)| time::took(to.since(from)));
        if let Some(took) = took {
            line = format!("{line}  {took}");
        }
        if let Some(error) = &execution.error {
            let words = format!("{}: {}", error.kind, error.message);
            line = format!("{line}\n    {}", self.paint.tone(Tone::Bad, &text::indented(&words, "    ")));
        }
        vec![line]
    }

    fn step(&mut self, change: &StepChange) -> Vec<String> {
        let step = &change.step;
        let at = step.finished_at.or(step.started_at);
        let tone = Tone::of(&step.status);
        let took = step.started_at.zip(step.finished_at).map(|(from, to)| time::took(to.since(from)));
        let attempts = (step.attempts > 1).then(|| format!("attempt {}", step.attempts));
        let tail = [Some(String::new()), took, attempts].into_iter().flatten().collect::<Vec<_>>().join("  ");
        let start = self.start(at, &change.workflow, &change.execution);
        let (mark, status) = (self.paint.tone(tone, mark(&step.status)), self.paint.tone(tone, &step.status));
        let mut lines = vec![format!("{start}{mark} {}  {status}{tail}", text::harmless(&step.path))];
        if let Some(error) = &step.error {
            let words = format!("{}: {}", error.kind, error.message);
            lines.push(format!("    {}", self.paint.tone(Tone::Bad, &text::indented(&words, "    "))));
        }
        let place = (change.execution.clone(), step.path.clone());
        let shown = self.logged.remove(&place).unwrap_or_default();
        lines.extend(step.logs.iter().skip(shown).map(|log| log_line(log, self.paint)));
        if !matches!(step.status.as_str(), "succeeded" | "failed" | "skipped" | "cancelled") {
            self.logged.insert(place, step.logs.len());
        }
        lines
    }

    /// When it was, and of which execution.
    fn start(&self, at: Option<Timestamp>, workflow: &str, execution: &str) -> String {
        let at = self.paint.dim(&at.map_or_else(|| "--:--:--".to_owned(), time::of_day));
        if self.one {
            return format!("{at}  ");
        }
        format!("{at}  {}  {}  ", text::harmless(workflow), self.paint.dim(&text::harmless(execution)))
    }
}
