//! `execution.resume_urls`: where each step that waits is resumed, as the steps at one place of the workflow see it.

use std::borrow::Cow;

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::{Action, Step, StepKind, Workflow};
use serde_json::{Map, Value};

use super::block::{block_prefix, iteration_prefix, list_prefix};
use super::{Interpreter, join};

/// What the URLs are made of.
pub(crate) struct ResumeUrls<'a> {
    workflow: &'a Workflow,
    /// What else is at `execution` in expressions.
    execution: Map<String, Value>,
}

impl<'a> ResumeUrls<'a> {
    /// For a workflow that has steps that wait to be resumed; none for any other.
    pub(crate) fn of(workflow: &'a Workflow, execution: &Value) -> Option<Self> {
        let waits = |step: &&Step| matches!(step.action, Action::Uses { kind: StepKind::WaitFor, .. });
        if !workflow.all_steps().iter().any(waits) {
            return None;
        }
        Some(Self { workflow, execution: execution.as_object()?.clone() })
    }
}

impl Interpreter<'_> {
    /// Lets the steps under `prefix` see the URLs: within a loop those of its present iteration.
    pub(super) fn show_urls(&self, prefix: &str, scope: &mut Scope) {
        let Some(urls) = &self.urls else { return };
        let mut paths = Vec::new();
        gather(&urls.workflow.steps, "", prefix, &mut paths);
        gather(&urls.workflow.on_failure, super::ON_FAILURE, prefix, &mut paths);
        let found = paths.into_iter().map(|(id, path)| (id, Value::String(self.world.resume_url(&path))));
        let mut execution = urls.execution.clone();
        execution.insert("resume_urls".to_owned(), Value::Object(found.collect()));
        scope.set("execution", &Value::Object(execution));
    }
}

/// The ids and paths of the steps that wait, in the list whose paths begin with `list`, as they are seen from `place`.
/// What is in iterations that `place` is not in has no one path, and is left out.
fn gather(steps: &[Step], list: &str, place: &str, found: &mut Vec<(String, String)>) {
    for step in steps {
        let path = join(list, step);
        match &step.action {
            Action::Uses { kind: StepKind::WaitFor, .. } => {
                found.push((step.id.as_str().to_owned(), path.into_owned()));
            }
            Action::Uses { .. } => {}
            block => gather_inside(block, &path, place, found),
        }
    }
}

fn gather_inside(block: &Action, path: &str, place: &str, found: &mut Vec<(String, String)>) {
    let attempt = attempt_at(path, place);
    let mut list = |steps: &[Step], name: &str| {
        gather(steps, &list_prefix(path, attempt, name), place, found);
    };
    match block {
        Action::Uses { .. } => {}
        Action::Parallel(parallel) => {
            parallel.branches.iter().for_each(|branch| list(&branch.steps, &branch.name));
        }
        Action::Switch(switch) => {
            switch.arms.iter().enumerate().for_each(|(arm, it)| list(&it.steps, &arm.to_string()));
        }
        Action::Try(guarded) => {
            list(&guarded.steps, "try");
            list(guarded.catch.as_deref().unwrap_or_default(), "catch");
            list(&guarded.finally, "finally");
        }
        Action::ForEach(each) => iteration(&each.steps, path, attempt, place, found),
        Action::Loop(again) => iteration(&again.steps, path, attempt, place, found),
    }
}

fn iteration(steps: &[Step], path: &str, attempt: u32, place: &str, found: &mut Vec<(String, String)>) {
    let inside = place.strip_prefix(block_prefix(path, attempt).as_ref());
    if let Some(number) = inside.and_then(|rest| rest.split('/').next()?.parse().ok()) {
        gather(steps, &iteration_prefix(path, attempt, number), place, found);
    }
}

/// The attempt of the block at `path` that `place` is in; the first where it is in none.
fn attempt_at(path: &str, place: &str) -> u32 {
    let number: Option<Cow<'_, str>> =
        place.strip_prefix(path).and_then(|rest| rest.strip_prefix('#')?.split('/').next()).map(Cow::from);
    number.and_then(|number| number.parse().ok()).unwrap_or(1)
}
