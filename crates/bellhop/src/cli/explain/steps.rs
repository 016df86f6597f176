//! Steps and blocks, in words.

use bellhop_workflow::model::{Action, OnInterrupt, Step};

use super::tree::Tree;
use super::{kinds, leaf, words};

pub(super) fn list(steps: &[Step]) -> impl Iterator<Item = Tree> + '_ {
    steps.iter().map(step)
}

fn step(step: &Step) -> Tree {
    let name = step.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    Tree::titled(step.id.as_str(), format!("{name}{}", text(&step.action)))
        .with(terms(step).into_iter().map(leaf))
        .with(inside(&step.action))
}

/// What a block or a single step does, without what is in it.
fn text(action: &Action) -> String {
    match action {
        Action::Uses { kind, with } => kinds::describe(*kind, with),
        Action::Parallel(parallel) => format!("{} branches at the same time", parallel.branches.len()),
        Action::ForEach(each) => {
            let at_once = match each.concurrency.get() {
                1 => "one after another".to_owned(),
                many => format!("{many} at once"),
            };
            format!("for each `{}` of {}, {at_once}", each.item, each.list.source())
        }
        Action::Switch(_) => "the first of these that holds".to_owned(),
        Action::Try(_) => "tries".to_owned(),
        Action::Loop(again) => {
            let pause =
                again.every.map(|every| format!(", {} apart", words::duration(every))).unwrap_or_default();
            format!("until {}: at most {} times{pause}", again.until.source(), again.max_iterations)
        }
    }
}

/// On which terms it does so.
fn terms(step: &Step) -> Vec<String> {
    let mut terms = Vec::new();
    terms.extend(step.condition.as_ref().map(|condition| format!("only if {}", condition.source())));
    terms.extend(words::retry(&step.retry));
    terms.extend(step.timeout.map(|timeout| format!("each attempt may take {}", words::duration(timeout))));
    if step.continue_on_error {
        terms.push("where it fails, the workflow goes on".to_owned());
    }
    if step.on_interrupt == OnInterrupt::Fail {
        terms.push("where a crash cuts it short, it fails and is not run again".to_owned());
    }
    terms
}

/// The lists of steps in a block.
fn inside(action: &Action) -> Vec<Tree> {
    match action {
        Action::Uses { .. } => Vec::new(),
        Action::Parallel(parallel) => parallel
            .branches
            .iter()
            .map(|branch| Tree::titled(branch.name.as_str(), "").with(list(&branch.steps)))
            .collect(),
        Action::ForEach(each) => list(&each.steps).collect(),
        Action::Switch(switch) => switch
            .arms
            .iter()
            .map(|arm| {
                let when = match &arm.when {
                    Some(when) => Tree::titled("when", when.source()),
                    None => Tree::titled("otherwise", ""),
                };
                when.with(list(&arm.steps))
            })
            .collect(),
        Action::Try(guarded) => {
            let mut parts = vec![Tree::titled("try", "").with(list(&guarded.steps))];
            parts.extend(
                guarded
                    .catch
                    .as_ref()
                    .map(|catch| Tree::titled("catch", "where that fails").with(list(catch))),
            );
            if !guarded.finally.is_empty() {
                parts.push(Tree::titled("finally", "in any case").with(list(&guarded.finally)));
            }
            parts
        }
        Action::Loop(again) => list(&again.steps).collect(),
    }
}
