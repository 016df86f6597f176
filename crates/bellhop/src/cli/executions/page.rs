//! An execution on one page: what started it, its steps, and how it ended.

use serde_json::Value;

use super::tree::{self, Branch};
use crate::cli::Context;
use crate::cli::output::paint::{Paint, Tone};
use crate::cli::output::table::{Cell, Fields};
use crate::cli::output::{text, time};
use crate::cli::shapes::{Event, Execution, Log, Step};

/// How many characters of a value are shown on its line.
const BRIEF: usize = 100;

/// How much of the values is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Detail {
    /// Outputs, a line each.
    Brief,
    /// Everything.
    Full,
}

/// The execution for a person to read.
pub(in crate::cli) fn page(execution: &Execution, detail: Detail, context: &Context<'_>) -> String {
    let paint = context.output.paint();
    let mut lines = vec![head(execution, context).render(paint)];
    if detail == Detail::Full {
        let data = execution.event.as_ref().map_or(&Value::Null, |event| &event.data);
        lines.extend(block("event.data", data, paint));
        lines.extend(block("inputs", &execution.inputs, paint));
    }
    if !execution.steps.is_empty() {
        lines.push(String::new());
        let branches = tree::branches(&execution.steps);
        let width =
            |of: fn(&Step) -> &str| execution.steps.iter().map(|step| of(step).len()).max().unwrap_or(0);
        let place = branches.iter().map(Branch::width).max().unwrap_or(0);
        let widths = (place, width(|step| &step.uses), width(|step| &step.status));
        for branch in &branches {
            lines.push(step_line(branch, widths, paint));
            let details = step_details(branch.step, detail, paint);
            lines.extend(details.iter().flat_map(|text| text.lines()).map(|line| below(branch, line, paint)));
        }
    }
    match detail {
        Detail::Full => lines.extend(block("output", &execution.output, paint)),
        Detail::Brief if !execution.output.is_null() => {
            lines.push(format!("\n{}  {}", paint.dim("output"), brief(&execution.output)));
        }
        Detail::Brief => {}
    }
    lines.join("\n")
}

fn head(execution: &Execution, context: &Context<'_>) -> Fields {
    let now = context.now();
    let mut fields = Fields::default();
    fields.add("execution", execution.id.as_str());
    fields.add(
        "workflow",
        match execution.version {
            Some(version) => format!("{}, version {version}", execution.workflow),
            None => execution.workflow.clone(),
        },
    );
    fields.add("status", Cell::word(&execution.status));
    if let Some(error) = &execution.error {
        let place = error.step.as_ref().map(|step| format!(" in `{step}`")).unwrap_or_default();
        let words = format!("{}{place}: {}", error.kind, error.message);
        fields.add("error", Cell::toned(&words, Tone::Bad));
    }
    fields.add("trigger", execution.trigger.as_deref());
    fields.add("event", execution.event.as_ref().map(event_name));
    fields.add("retry of", execution.retry_of.as_deref());
    for retry in &execution.retries {
        fields.add("retried as", retry.as_str());
    }
    fields.add("replay of", execution.replay_of.as_ref().map(|delivery| format!("delivery {delivery}")));
    fields.add("created", time::in_full(execution.created_at, now));
    let end = execution.finished_at.or(Some(now));
    let took = execution.started_at.zip(end).map(|(from, to)| time::took(to.since(from)));
    fields.add(if execution.finished_at.is_some() { "took" } else { "running for" }, took);
    fields
}

fn event_name(event: &Event) -> String {
    [event.kind.as_deref(), event.id.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("  ")
}

pub(super) const fn mark(status: &str) -> &'static str {
    match status.as_bytes() {
        b"succeeded" => "✓",
        b"failed" => "✗",
        b"running" => "▸",
        b"waiting" => "◷",
        b"skipped" | b"cancelled" => "–",
        _ => "·",
    }
}

fn step_line(branch: &Branch<'_>, widths: (usize, usize, usize), paint: Paint) -> String {
    let (place_width, uses_width, status_width) = widths;
    let step = branch.step;
    let tone = Tone::of(&step.status);
    let took = step.started_at.zip(step.finished_at).map(|(from, to)| time::took(to.since(from)));
    let attempts = (step.attempts > 1).then(|| format!("{} attempts", step.attempts));
    let tail = [took, attempts].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let status = paint.tone(tone, &format!("{:<status_width$}", step.status));
    let width = place_width - branch.rail.chars().count();
    let line = format!("{:<width$}  {:<uses_width$}", branch.label, step.uses);
    let (rail, mark) = (paint.dim(&branch.rail), paint.tone(tone, mark(&step.status)));
    let line = format!("{rail}{mark} {}  {status}  {tail}", text::harmless(&line));
    line.trim_end().to_owned()
}

/// A line of a step's details, which is moved to the right by four, at the step's place in the tree.
fn below(branch: &Branch<'_>, line: &str, paint: Paint) -> String {
    let line = line.strip_prefix("    ").unwrap_or(line);
    // The rails are for the eye: without any, nothing is painted.
    let rail = if branch.rail.is_empty() { branch.below.clone() } else { paint.dim(&branch.below) };
    format!("{rail}  {line}")
}

fn step_details(step: &Step, detail: Detail, paint: Paint) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(error) = &step.error {
        let words = format!("{}: {}", error.kind, error.message);
        lines.push(format!("    {}", paint.tone(Tone::Bad, &text::indented(&words, "    "))));
    }
    lines.extend(step.logs.iter().map(|log| log_line(log, paint)));
    match detail {
        Detail::Brief if !step.output.is_null() => {
            lines.push(format!("    {} {}", paint.dim("→"), brief(&step.output)));
        }
        Detail::Brief => {}
        Detail::Full => {
            for (name, value) in [("input", &step.input), ("output", &step.output)] {
                if !value.is_null() {
                    lines.push(format!("    {}", paint.dim(name)));
                    lines.push(format!("      {}", text::indented(&text::json(value), "      ")));
                }
            }
        }
    }
    lines
}

pub(super) fn log_line(log: &Log, paint: Paint) -> String {
    let tone = match log.level.as_str() {
        "error" => Tone::Bad,
        "warn" => Tone::Busy,
        _ => Tone::Plain,
    };
    let start = paint.dim(&time::of_day(log.at));
    let level = paint.tone(tone, &format!("{:<5}", text::harmless(&log.level)));
    format!("    {start} {level} {}", text::indented(&log.message, "      "))
}

fn brief(value: &Value) -> String {
    let words = match value {
        Value::String(words) => words.clone(),
        other => other.to_string(),
    };
    text::one_line(&words, BRIEF)
}

fn block(name: &str, value: &Value, paint: Paint) -> Option<String> {
    if value.is_null() {
        return None;
    }
    Some(format!("\n{}\n  {}", paint.dim(name), text::indented(&text::json(value), "  ")))
}
