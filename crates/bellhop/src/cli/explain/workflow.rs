//! The whole of a workflow, in words.

use bellhop_workflow::model::{Concurrency, Workflow};

use super::tree::Tree;
use super::words::written;
use super::{leaf, steps, triggers, words};

pub(super) fn explain(workflow: &Workflow) -> Tree {
    let description = workflow.description.clone().unwrap_or_default();
    let mut tree = Tree::titled(workflow.name.as_str(), description)
        .with([Tree::titled("starts when", "").with(workflow.triggers.iter().map(triggers::trigger))]);
    let limits = limits(workflow);
    if !limits.is_empty() {
        tree = tree.with([Tree::titled("within limits", "").with(limits)]);
    }
    if !workflow.vars.is_empty() {
        let vars = workflow.vars.iter().map(|(name, value)| Tree::titled(name.as_str(), written(value)));
        tree = tree.with([Tree::titled("vars", "computed once, as an execution begins").with(vars)]);
    }
    tree = tree.with([Tree::titled("does", "").with(steps::list(&workflow.steps))]);
    if let Some(outputs) = &workflow.outputs {
        tree = tree.with([Tree::titled("gives", written(outputs))]);
    }
    if !workflow.on_failure.is_empty() {
        let failure = Tree::titled("where it fails", "").with(steps::list(&workflow.on_failure));
        tree = tree.with([failure]);
    }
    tree
}

fn limits(workflow: &Workflow) -> Vec<Tree> {
    let mut limits: Vec<Tree> = Vec::new();
    limits.extend(
        workflow.timeout.map(|timeout| leaf(format!("an execution may take {}", words::duration(timeout)))),
    );
    limits.extend(workflow.concurrency.as_ref().map(|concurrency| leaf(at_once(concurrency))));
    if !workflow.mask.is_empty() {
        let paths: Vec<String> = workflow.mask.iter().map(|path| path.0.join(".")).collect();
        limits.push(leaf(format!("never in the history: {}", paths.join(", "))));
    }
    limits
}

fn at_once(concurrency: &Concurrency) -> String {
    let key = concurrency.key.as_ref().map(|key| format!(" for each {}", written(key))).unwrap_or_default();
    format!("{} at once{key}; the others wait in the order they came", concurrency.limit)
}
