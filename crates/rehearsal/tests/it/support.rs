//! What the tests have in common.

use bellhop_rehearsal::{CaseReport, Coverage, Rehearser};
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::model::{EventPair, Workflow};
use bellhop_workflow::testfile::{self, Companion};
use bellhop_workflow::{EventCatalogue, UnknownEvent, parse};

/// Takes every event name for Close's own; what is `published` is told of by an update.
struct AnyEvent;

impl EventCatalogue for AnyEvent {
    fn resolve(&self, _: &str, name: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        let (object_type, action) = name.rsplit_once('.').ok_or(UnknownEvent { suggestion: None })?;
        let action = if action == "published" { "updated" } else { action };
        Ok(vec![EventPair { object_type: object_type.to_owned(), action: action.to_owned() }])
    }

    fn is_publication(&self, _: &str, name: &str) -> bool {
        name.ends_with(".published")
    }
}

pub(crate) fn workflow(yaml: &str) -> Workflow {
    parse(yaml, &AnyEvent).unwrap_or_else(|found| panic!("{}", rendered(&found))).workflow
}

fn rendered(found: &[Diagnostic]) -> String {
    found.iter().map(|one| one.render("flow.yaml")).collect()
}

/// What came of each case.
pub(crate) async fn rehearse(workflow_yaml: &str, tests: &str) -> Vec<CaseReport> {
    let workflow = workflow(workflow_yaml);
    let tests = testfile::parse(tests, &Companion::Found(&workflow))
        .unwrap_or_else(|found| panic!("{}", rendered(&found)))
        .tests;
    let rehearser = Rehearser::new().expect("a rehearser");
    let mut reports = Vec::new();
    for case in &tests.cases {
        reports.push(rehearser.rehearse(&workflow, case).await);
    }
    reports
}

/// Why the cases fail, in their order; nothing for those that pass.
pub(crate) async fn failures(workflow: &str, tests: &str) -> Vec<String> {
    let reports = rehearse(workflow, tests).await;
    let said =
        |report: &CaseReport| report.failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    reports.iter().map(said).collect()
}

/// Holds that every case passes.
pub(crate) async fn passes(workflow: &str, tests: &str) {
    let said = failures(workflow, tests).await;
    assert!(said.iter().all(String::is_empty), "{}", said.join("\n"));
}

/// What all cases reach.
pub(crate) async fn coverage(yaml: &str, tests: &str) -> Coverage {
    let mut coverage = Coverage::of(&workflow(yaml));
    for report in rehearse(yaml, tests).await {
        coverage.add(&report.reached);
    }
    coverage
}
