//! Holding what came of a case against what it expects.

use std::time::Duration;

use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::testfile::{CaseStatus, Expectation, Matcher, StepExpectation, Took};
use serde_json::{Value, json};

use crate::matching::{Difference, differences};

/// What came of a case.
pub(crate) struct Outcome {
    pub(crate) status: CaseStatus,
    /// Why it ended so, where it did not end well.
    pub(crate) because: Option<String>,
    pub(crate) output: Option<Value>,
    /// With `step`, `kind` and `message`.
    pub(crate) error: Option<Value>,
    pub(crate) steps: Vec<StepRecord>,
    pub(crate) took: Duration,
}

/// Everything that came out otherwise than expected, in the order in which expectations are written.
pub(crate) fn check(expect: &Expectation, outcome: &Outcome) -> Vec<Difference> {
    let mut found = Vec::new();
    if let Some(wanted) = expect.status.filter(|wanted| *wanted != outcome.status) {
        let because = outcome.because.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        found.push(Difference {
            path: "status".to_owned(),
            expected: wanted.as_str().to_owned(),
            got: format!("{}{because}", outcome.status.as_str()),
        });
    }
    field(expect.output.as_ref(), outcome.output.as_ref(), "output", &mut found);
    field(expect.error.as_ref(), outcome.error.as_ref(), "error", &mut found);
    for (id, expected) in &expect.steps {
        let runs: Vec<&StepRecord> = outcome.steps.iter().filter(|record| record.id == *id).collect();
        step(expected, &runs, &format!("steps.{id}"), &mut found);
    }
    if let Some(expected) = expect.took
        && !took(expected, outcome.took)
    {
        let expected = match expected {
            Took::Exactly(duration) => format!("{duration:?}"),
            Took::Within { at_least, at_most } => {
                let words = [("at least", at_least), ("at most", at_most)];
                let words = words.iter().filter_map(|(word, bound)| Some(format!("{word} {:?}", (*bound)?)));
                words.collect::<Vec<_>>().join(" and ")
            }
        };
        found.push(Difference { path: "took".to_owned(), expected, got: format!("{:?}", outcome.took) });
    }
    found
}

fn field(expected: Option<&Matcher>, value: Option<&Value>, path: &str, found: &mut Vec<Difference>) {
    // What an execution or a step leaves out is null to whoever asks.
    found.extend(
        expected.iter().flat_map(|matcher| differences(matcher, Some(value.unwrap_or(&Value::Null)), path)),
    );
}

/// Whether a record is of a run: the step was reached and its `if` held.
fn has_run(record: &StepRecord) -> bool {
    match record.status {
        StepStatus::Running | StepStatus::Waiting | StepStatus::Succeeded | StepStatus::Failed => true,
        StepStatus::Pending | StepStatus::Skipped => false,
        StepStatus::Cancelled => record.attempts > 0,
    }
}

fn step(expected: &StepExpectation, records: &[&StepRecord], path: &str, found: &mut Vec<Difference>) {
    let runs: Vec<&StepRecord> = records.iter().copied().filter(|record| has_run(record)).collect();
    if let Some(times) = &expected.times {
        found.extend(differences(times, Some(&runs.len().into()), &format!("{path}.times")));
    }
    if let Some(wanted) = expected.ran.filter(|wanted| *wanted == runs.is_empty()) {
        let reason = records.last().map_or("it was never reached".to_owned(), |record| said(record));
        let got = if wanted { format!("false ({reason})") } else { format!("true ({reason})") };
        found.push(Difference { path: format!("{path}.ran"), expected: wanted.to_string(), got });
    }
    if let Some(wanted) = &expected.runs {
        if wanted.len() != runs.len() {
            let expected = wanted.len().to_string();
            found.push(Difference { path: format!("{path}.runs"), expected, got: runs.len().to_string() });
        }
        for (index, (expected, run)) in wanted.iter().zip(&runs).enumerate() {
            step(expected, &[run], &format!("{path}.runs[{index}]"), found);
        }
    }
    match runs.last().or(records.last()) {
        Some(record) => fields(expected, record, path, found),
        None if looks_inside(expected) && expected.ran != Some(true) => found.push(Difference {
            path: path.to_owned(),
            expected: "a run of the step".to_owned(),
            got: "it was never reached".to_owned(),
        }),
        None => {}
    }
}

fn said(record: &StepRecord) -> String {
    let error = record.error.as_ref().map(|error| format!(": {}: {}", error.kind, error.message));
    format!("it is {}{}", word(record.status), error.unwrap_or_default())
}

fn word(status: StepStatus) -> String {
    json!(status).as_str().unwrap_or_default().to_owned()
}

/// Whether anything is expected that only a record can show.
fn looks_inside(expected: &StepExpectation) -> bool {
    let StepExpectation { status, attempts, with, output, error, logs, ran: _, times: _, runs: _ } = expected;
    [status, attempts, with, output, error, logs].into_iter().any(Option::is_some)
}

fn fields(expected: &StepExpectation, record: &StepRecord, path: &str, found: &mut Vec<Difference>) {
    let error = record.error.as_ref().map(|error| json!(error));
    let logs: Value = record.logs.iter().map(|line| Value::from(line.message.as_str())).collect();
    let status = word(record.status).into();
    let attempts = record.attempts.into();
    let parts = [
        (&expected.status, Some(&status), "status"),
        (&expected.attempts, Some(&attempts), "attempts"),
        (&expected.with, record.input.as_ref(), "with"),
        (&expected.output, record.output.as_ref(), "output"),
        (&expected.error, error.as_ref(), "error"),
        (&expected.logs, Some(&logs), "logs"),
    ];
    for (matcher, value, name) in parts {
        field(matcher.as_ref(), value, &format!("{path}.{name}"), found);
    }
}

fn took(expected: Took, took: Duration) -> bool {
    match expected {
        Took::Exactly(wanted) => took == wanted,
        Took::Within { at_least, at_most } => {
            at_least.is_none_or(|bound| took >= bound) && at_most.is_none_or(|bound| took <= bound)
        }
    }
}
