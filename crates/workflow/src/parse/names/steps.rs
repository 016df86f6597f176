//! `steps.<id>`, and the URLs of steps that wait.

use super::{Checker, Stands};
use crate::diagnostic::Code;
use crate::expression::Segment;
use crate::model::StepKind;
use crate::parse::outline::{From, Outline, Relation, Shape};
use crate::parse::suggest::{did_you_mean, listed};

/// What a step has under `steps.<id>`.
const STEP_FIELDS: &[&str] = &["output", "status", "error"];

/// More names than this in a hint, and nobody reads them.
const MAX_LISTED: usize = 12;

impl Checker<'_, '_, '_> {
    pub(super) fn step(&mut self, id: &Segment, rest: &[Segment]) {
        let (Stands::Steps(from), Some(outline)) = (self.names.stands, self.names.outline()) else { return };
        let available = || available(outline, from);
        let name = id.name.as_str();
        let Some(step) = outline.find(name) else {
            let help = did_you_mean(name, outline.visible(from)).unwrap_or_else(available);
            return self.report(Code::UnknownStep, id, format!("no step is called `{name}`"), Some(help));
        };
        let (message, help) = match outline.relation(from, step) {
            Relation::Visible => return self.step_field(outline, step, rest),
            Relation::Beside(block) => {
                let (message, help) = beside(outline, name, step, block);
                return self.report(Code::StepInOtherBranch, id, message, Some(help));
            }
            Relation::Within(block) => {
                let message = format!(
                    "step `{name}` is inside `{}`, and cannot be named from outside of it",
                    outline.step(block).id
                );
                let help = output_of(outline, block, step);
                return self.report(Code::StepInOtherBranch, id, message, Some(help));
            }
            Relation::Itself => {
                (format!("`{name}` is this step itself, which has no output yet"), available())
            }
            Relation::Around => {
                (format!("`{name}` is the block that this stands in, which has no output yet"), available())
            }
            Relation::Inside => (
                format!("step `{name}` is inside of this one, and runs after this is evaluated"),
                available(),
            ),
            Relation::Later => (format!("step `{name}` runs later than this one"), available()),
            Relation::AfterFailure => {
                (format!("step `{name}` runs only after the execution has failed"), available())
            }
        };
        self.report(Code::StepRunsLater, id, message, Some(help));
    }

    fn step_field(&mut self, outline: &Outline, step: usize, rest: &[Segment]) {
        let Some(field) = rest.first() else { return };
        let id = &outline.step(step).id;
        if !STEP_FIELDS.contains(&field.name.as_str()) {
            let help = did_you_mean(&field.name, STEP_FIELDS.iter().copied())
                .unwrap_or_else(|| format!("did you mean `steps.{id}.output.{}`?", field.name));
            let message = format!("a step has {}, not `{}`", listed(STEP_FIELDS.iter().copied()), field.name);
            return self.report(Code::UnknownField, field, message, Some(help));
        }
        let branches = outline.branches(step);
        if let (false, "output", Some(branch)) = (branches.is_empty(), field.name.as_str(), rest.get(1))
            && !branches.contains(&branch.name.as_str())
        {
            let help = did_you_mean(&branch.name, branches.iter().copied())
                .unwrap_or_else(|| format!("its branches: {}", listed(branches.iter().copied())));
            let message = format!("`{id}` has no branch `{}`", branch.name);
            self.report(Code::UnknownField, branch, message, Some(help));
        }
    }

    /// `execution.resume_urls.<id>`: there before the step is reached, so that a step before it can tell others of it.
    pub(super) fn resume_url(&mut self, id: Option<&Segment>) {
        let (Some(id), Some(outline)) = (id, self.names.outline()) else { return };
        let name = id.name.as_str();
        let waits = |step: usize| matches!(outline.step(step).uses, Some((StepKind::WaitFor, _)));
        let all = || {
            (0..outline.steps().len()).filter(|step| waits(*step)).map(|step| outline.step(step).id.as_str())
        };
        let Some(step) = outline.find(name).filter(|step| waits(*step)) else {
            let (code, message) = match outline.find(name) {
                Some(_) => (Code::UnknownField, format!("step `{name}` does not use `wait_for`")),
                None => (Code::UnknownStep, format!("no step is called `{name}`")),
            };
            let help = did_you_mean(name, all()).unwrap_or_else(|| match all().next() {
                Some(_) => format!("steps that wait: {}", listed(all().take(MAX_LISTED))),
                None => "no step of this workflow uses `wait_for`: add one with this id".to_owned(),
            });
            return self.report(code, id, message, Some(help));
        };
        let from = match self.names.stands {
            Stands::Steps(from) => from,
            _ => From::End,
        };
        if let Some(block) = outline.rounds_apart(from, step) {
            let block = &outline.step(block).id;
            let message = format!("step `{name}` has another URL each time that `{block}` runs it");
            let help = format!("name it in a step inside `{block}`");
            self.report(Code::StepInOtherBranch, id, message, Some(help));
        }
    }
}

fn available(outline: &Outline, from: From) -> String {
    let count = outline.visible(from).count();
    match count {
        0 => "no step has run by then".to_owned(),
        1..=MAX_LISTED => format!("steps that have run by then: {}", listed(outline.visible(from))),
        // The nearest are the likeliest.
        _ => format!(
            "the last steps that have run by then: {}",
            listed(outline.visible(from).skip(count - MAX_LISTED))
        ),
    }
}

fn beside(outline: &Outline, name: &str, step: usize, block: usize) -> (String, String) {
    let id = &outline.step(block).id;
    if outline.step(block).is_parallel() {
        let message = format!("step `{name}` is in another branch of `{id}`, which runs at the same time");
        let help = format!(
            "put it before `{id}`, or this step after `{id}`, where its branch gives `{}`",
            output(outline, block, step)
        );
        (message, help)
    } else {
        let message = format!("step `{name}` is in another arm of `{id}`, of which only one is taken");
        (message, format!("put it before `{id}`, so that every arm can name it"))
    }
}

/// What stands for a step's output outside of the block.
fn output_of(outline: &Outline, block: usize, step: usize) -> String {
    let written = output(outline, block, step);
    match outline.step(block).shape() {
        Shape::Parallel => format!("`{written}` is what the last step of its branch gave"),
        Shape::ForEach(_) => format!("`{written}` is the list of what the last step gave for each item"),
        _ => format!("`{written}` is what the last step of the arm gave that was taken"),
    }
}

fn output(outline: &Outline, block: usize, step: usize) -> String {
    let id = &outline.step(block).id;
    match outline.branch(block, step) {
        Some(branch) => format!("steps.{id}.output.{branch}"),
        None => format!("steps.{id}.output"),
    }
}
