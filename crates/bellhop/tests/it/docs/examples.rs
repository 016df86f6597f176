//! Workflows run, and do what is said of them.
//!
//! # Adding a workflow to a document
//! Its tests lie in `docs/tests/<document>/<workflow>.test.yaml`, or stand in the document as a block of their own. Over
//! all of its cases every step has to run and every branch has to be taken.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bellhop_rehearsal::{Coverage, Rehearser};
use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::model::Workflow;
use bellhop_workflow::testfile::{self, Case, Companion};

use super::{Document, documents, root};

/// Pages whose indented blocks are left as they are, and why.
const APART: [(&str, &str); 1] =
    [("performance", "its commands measure for minutes, and need other programs")];

#[test]
fn every_block_is_of_a_kind_that_is_tested() {
    for document in documents() {
        for block in document.blocks() {
            let place = format!("{}:{}", document.path.display(), block.line);
            if let Some(why) = block.not_run() {
                assert!(why.split(' ').count() > 2, "{place}: say why it is not run");
                continue;
            }
            let is_known = match block.language.as_str() {
                "yaml" => block.is_workflow() != block.is_tests(),
                // Run as they stand, see `sessions`.
                "sh" | "console" | "http" => true,
                // Read, and in expressions evaluated over.
                "json" => serde_json::from_str::<serde_json::Value>(&block.text).is_ok(),
                _ => false,
            };
            assert!(
                is_known,
                "{place}: nothing would run it; `sessions/mod.rs` says what can be done about that"
            );
        }
    }
}

/// An indented block says nothing of what it is, so that no test could run it.
#[test]
fn every_block_is_between_fences() {
    for document in documents() {
        let mut is_open = false;
        let mut before = "";
        if APART.iter().any(|(page, _)| *page == document.stem()) {
            continue;
        }
        for (index, line) in document.text.lines().enumerate() {
            let text = line.trim_start();
            is_open ^= text.starts_with("```");
            let is_item = text.starts_with("- ")
                || text.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
            let is_block = !is_open
                && before.trim().is_empty()
                && line.starts_with("    ")
                && !is_item
                && !text.starts_with("```");
            assert!(!is_block, "{}:{}: an indented block: {line}", document.path.display(), index + 1);
            before = line;
        }
    }
}

#[tokio::test]
async fn every_workflow_does_what_is_said_of_it() {
    let rehearser = Rehearser::new().unwrap();
    let mut companions = companions();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in documents() {
        for (place, workflow) in workflows(&document) {
            let mut cases = visible_cases(&document, &workflow);
            let companion = companion_of(&document, &workflow);
            if companions.remove(&companion) {
                let yaml = std::fs::read_to_string(&companion).unwrap();
                cases.extend(read(&yaml, &companion.display().to_string(), &workflow));
            }
            if cases.is_empty() {
                wrong.push(format!("{place}: `{}` has no tests: {}", workflow.name, companion.display()));
                continue;
            }
            wrong.extend(mistakes(&workflow, &cases, &rehearser).await);
            seen += 1;
        }
    }
    let strays = companions.iter().map(|path| format!("{}: no document has its workflow", path.display()));
    wrong.extend(strays);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 29, "{seen} workflows found");
}

#[test]
fn every_visible_test_belongs_to_a_workflow_beside_it() {
    for document in documents() {
        let names: BTreeSet<String> =
            workflows(&document).into_iter().map(|(_, workflow)| workflow.name.to_string()).collect();
        for block in document.blocks().iter().filter(|block| block.is_tests()) {
            let name = testfile::workflow_named(&block.text).unwrap_or_default();
            assert!(
                names.contains(&name),
                "{}:{}: no workflow `{name}`",
                document.path.display(),
                block.line
            );
        }
    }
}

/// What differs from what the cases expect, and what none of them reaches.
async fn mistakes(workflow: &Workflow, cases: &[Case], rehearser: &Rehearser) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut coverage = Coverage::of(workflow);
    for case in cases {
        let report = rehearser.rehearse(workflow, case).await;
        coverage.add(&report.reached);
        let failures = report.failures.iter();
        wrong.extend(failures.map(|why| format!("{}: {}: {why}", workflow.name, report.name)));
    }
    wrong.extend(coverage.missed().into_iter().map(|missed| format!("{}: {missed}", workflow.name)));
    wrong
}

/// The workflows of a document, each with its place; a warning is a mistake in an example.
fn workflows(document: &Document) -> Vec<(String, Workflow)> {
    let blocks = document.blocks().into_iter().filter(super::Block::is_workflow);
    let parsed = blocks.map(|block| {
        let place = format!("{}:{}", document.path.display(), block.line);
        let parsed = bellhop_workflow::parse(&block.text, catalogue());
        let parsed = parsed.unwrap_or_else(|found| panic!("{place}: {}", rendered(&found)));
        assert!(parsed.warnings.is_empty(), "{place}: {}", rendered(&parsed.warnings));
        (place, parsed.workflow)
    });
    parsed.collect()
}

/// The cases of the test blocks that name the workflow.
fn visible_cases(document: &Document, workflow: &Workflow) -> Vec<Case> {
    let blocks = document.blocks().into_iter().filter(super::Block::is_tests);
    let its = blocks.filter(|block| {
        testfile::workflow_named(&block.text).is_some_and(|name| name == workflow.name.as_str())
    });
    its.flat_map(|block| {
        let place = format!("{}:{}", document.path.display(), block.line);
        read(&block.text, &place, workflow)
    })
    .collect()
}

fn read(yaml: &str, place: &str, workflow: &Workflow) -> Vec<Case> {
    let parsed = testfile::parse(yaml, &Companion::Found(workflow));
    let parsed = parsed.unwrap_or_else(|found| panic!("{place}: {}", rendered(&found)));
    assert!(parsed.warnings.is_empty(), "{place}: {}", rendered(&parsed.warnings));
    parsed.tests.cases
}

fn rendered(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| one.render("block")).collect()
}

fn companions_in() -> PathBuf {
    root().join("docs/tests")
}

fn companion_of(document: &Document, workflow: &Workflow) -> PathBuf {
    companions_in().join(document.stem()).join(format!("{}.test.yaml", workflow.name))
}

/// Every file below `docs/tests`.
fn companions() -> BTreeSet<PathBuf> {
    let entries = |path: &Path| {
        let read = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        read.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    entries(&companions_in()).iter().flat_map(|directory| entries(directory)).collect()
}
