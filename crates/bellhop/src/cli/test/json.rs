//! What came of the tests, for a program.

use bellhop_rehearsal::{CaseReport, Coverage, Difference, Failure};
use serde_json::{Value, json};

use super::suite::{Plan, Suite};

pub(super) fn report(plan: &Plan, suites: &[Suite], has_passed: bool) -> Value {
    json!({
        "passed": has_passed,
        "files": suites.iter().map(of_suite).collect::<Vec<_>>(),
        "untested": plan.untested(suites),
    })
}

fn of_suite(suite: &Suite) -> Value {
    let (file, mistakes) = suite.mistakes();
    let mut entry = json!({
        "file": suite.file(),
        "workflow": suite.workflow(),
        "passed": suite.has_passed(),
        "diagnostics": mistakes,
    });
    if let Some(tested) = suite.tested() {
        entry["cases"] = tested.cases.iter().map(of_case).collect();
        entry["coverage"] = of_coverage(&tested.coverage);
    } else if file != suite.file() {
        entry["diagnostics_of"] = file.into();
    }
    if let Some(why) = suite.unreadable() {
        entry["error"] = why.into();
    }
    entry
}

fn of_case(case: &CaseReport) -> Value {
    json!({
        "name": case.name,
        "line": case.line,
        "passed": case.has_passed(),
        "took_seconds": case.took.as_secs_f64(),
        "failures": case.failures.iter().map(of_failure).collect::<Vec<_>>(),
    })
}

fn of_failure(failure: &Failure) -> Value {
    match failure {
        Failure::Difference(Difference { path, expected, got }) => {
            json!({ "path": path, "expected": expected, "got": got })
        }
        Failure::Unmocked { step, kind, .. } => {
            json!({ "path": format!("mocks.{step}"), "message": failure.title(), "uses": kind })
        }
        Failure::UsedUp { step, .. } => {
            json!({ "path": format!("mocks.{step}.sequence"), "message": failure.title() })
        }
        Failure::WrongEvent(why) => json!({ "path": "event", "message": why }),
    }
}

fn of_coverage(coverage: &Coverage) -> Value {
    let counted = |(reached, all): (usize, usize)| json!({ "reached": reached, "all": all });
    json!({
        "percent": coverage.percent(),
        "steps": counted(coverage.steps()),
        "branches": counted(coverage.branches()),
        "missed": coverage.missed(),
    })
}
