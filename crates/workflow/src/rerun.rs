//! What a new execution takes over from the one that it repeats: the records of the steps that need not run again.
//!
//! The engine passes over what its journal knows as ended, and begins what it does not know. So what is left out is run
//! again, and what stands before it is there as if it had just been done.
//!
//! - A step that has ended, or was skipped, is taken over with all that is inside it.
//! - A block that is begun in the middle is taken over as not begun, at the first of its attempts: when it began is kept,
//!   because what is inside was worked out by that.
//! - Beside the place where it begins, in other branches and items, what ended well is taken over too.

use std::collections::HashMap;

use crate::journal::{StepRecord, StepStatus};
use crate::model::{Action, Step, Workflow};
use crate::paths::block_prefix;

/// Where a new execution begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point<'a> {
    /// With what did not end well: what failed, what was cancelled, and what comes after it.
    Failed,
    /// With the step of that id or path, and what comes after it.
    Step(&'a str),
}

/// Why it cannot begin there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RerunError {
    /// No step of that name was reached.
    #[error("no step `{name}` was reached; reached were {}", listed(.reached))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The paths of those that were.
        reached: Vec<String>,
    },
    /// The step ran in several places.
    #[error("the step `{name}` ran in several places; name one of {}", listed(.paths))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The paths of the places.
        paths: Vec<String>,
    },
}

/// How many paths an error names at most.
const MOST_NAMED: usize = 20;

fn listed(paths: &[String]) -> String {
    if paths.is_empty() {
        return "none".to_owned();
    }
    let mut named: Vec<String> = paths.iter().take(MOST_NAMED).map(|path| format!("`{path}`")).collect();
    if paths.len() > MOST_NAMED {
        named.push(format!("and {} more", paths.len() - MOST_NAMED));
    }
    named.join(", ")
}

/// The records that an execution of `workflow` takes over which begins at `point`. `steps` are those of the execution that
/// it repeats, the last record of each.
pub fn take_over(
    workflow: &Workflow,
    steps: &[StepRecord],
    point: Point<'_>,
) -> Result<Vec<StepRecord>, RerunError> {
    let known = Known::new(steps);
    let target = match point {
        Point::Failed => None,
        Point::Step(name) => Some(known.place(workflow, name)?),
    };
    let mut taken = Taken { known, records: Vec::new() };
    taken.list(&workflow.steps, Prefix { old: "", new: "" }, target.as_deref());
    // In the order that they began.
    taken.records.sort_by_key(|(place, _)| *place);
    Ok(taken.records.into_iter().map(|(_, record)| record).collect())
}

/// What is known of the execution that is repeated.
struct Known<'a> {
    steps: &'a [StepRecord],
    places: HashMap<&'a str, usize>,
}

/// What the paths in a list begin with: in the execution that is repeated, and in the new one, where blocks are at their
/// first attempt.
#[derive(Clone, Copy)]
struct Prefix<'a> {
    old: &'a str,
    new: &'a str,
}

struct Taken<'a> {
    known: Known<'a>,
    records: Vec<(usize, StepRecord)>,
}

impl<'a> Known<'a> {
    fn new(steps: &'a [StepRecord]) -> Self {
        let places = steps.iter().enumerate().map(|(place, step)| (step.path.as_str(), place)).collect();
        Self { steps, places }
    }

    fn get(&self, path: &str) -> Option<(usize, &'a StepRecord)> {
        self.places.get(path).map(|place| (*place, &self.steps[*place]))
    }

    /// The path that `name` means.
    fn place(&self, workflow: &Workflow, name: &str) -> Result<String, RerunError> {
        let mut reached = Vec::new();
        self.reached(&workflow.steps, "", &mut reached);
        if reached.iter().any(|(_, path)| path == name) {
            return Ok(name.to_owned());
        }
        let of_id = reached.iter().filter(|(id, _)| *id == name);
        let mut paths: Vec<String> = of_id.map(|(_, path)| path.clone()).collect();
        match (paths.pop(), paths.is_empty()) {
            (Some(path), true) => Ok(path),
            (Some(path), false) => {
                paths.push(path);
                Err(RerunError::Ambiguous { name: name.to_owned(), paths })
            }
            (None, _) => {
                let reached = reached.into_iter().map(|(_, path)| path).collect();
                Err(RerunError::Unknown { name: name.to_owned(), reached })
            }
        }
    }

    /// The ids and paths of the steps that were reached, inside blocks those of the last attempt.
    fn reached<'w>(&self, steps: &'w [Step], prefix: &str, found: &mut Vec<(&'w str, String)>) {
        for step in steps {
            let path = format!("{prefix}{}", step.id);
            let Some((_, record)) = self.get(&path) else { continue };
            let inside = block_prefix(&path, record.attempts);
            found.push((step.id.as_str(), path));
            for (list, steps) in self.lists(&step.action, &inside) {
                self.reached(steps, &format!("{inside}{list}"), found);
            }
        }
    }

    /// The lists inside a block in the order that they run, each with what its paths go on with.
    fn lists<'w>(&self, block: &'w Action, inside: &str) -> Vec<(String, &'w [Step])> {
        match block {
            Action::Uses { .. } => Vec::new(),
            Action::Parallel(parallel) => {
                let branches = parallel.branches.iter();
                branches.map(|branch| (format!("{}/", branch.name), branch.steps.as_slice())).collect()
            }
            Action::Switch(switch) => {
                let arms = switch.arms.iter().enumerate();
                arms.map(|(number, arm)| (format!("{number}/"), arm.steps.as_slice())).collect()
            }
            Action::Try(guarded) => vec![
                ("try/".to_owned(), guarded.steps.as_slice()),
                ("catch/".to_owned(), guarded.catch.as_deref().unwrap_or_default()),
                ("finally/".to_owned(), guarded.finally.as_slice()),
            ],
            Action::ForEach(each) => self.iterations(&each.steps, inside),
            Action::Loop(again) => self.iterations(&again.steps, inside),
        }
    }

    fn iterations<'w>(&self, steps: &'w [Step], inside: &str) -> Vec<(String, &'w [Step])> {
        let rest = self.steps.iter().filter_map(|step| step.path.strip_prefix(inside));
        let mut numbers: Vec<usize> = rest.filter_map(|rest| rest.split('/').next()?.parse().ok()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(|number| (format!("{number}/"), steps)).collect()
    }
}

impl Taken<'_> {
    /// Takes over what comes before `target`, where that is in the list, and else what ended well before the first that
    /// did not. True where that is all of it.
    fn list(&mut self, steps: &[Step], prefix: Prefix<'_>, target: Option<&str>) -> bool {
        for step in steps {
            let old = format!("{}{}", prefix.old, step.id);
            let Some((place, record)) = self.known.get(&old) else { return false };
            if target == Some(old.as_str()) || record.uses != step.action.as_str() {
                return false;
            }
            let inside = block_prefix(&old, record.attempts);
            let is_before = match target {
                Some(target) => !target.starts_with(inside.as_ref()),
                None => ended_well(step, record),
            };
            if is_before {
                self.whole(&old, prefix);
            } else {
                let new = format!("{}{}", prefix.new, step.id);
                self.reopen(step, (place, record), &new, target);
                return false;
            }
        }
        true
    }

    /// A step, and all that is inside it.
    fn whole(&mut self, path: &str, prefix: Prefix<'_>) {
        let is_inside = |other: &str| {
            other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']))
        };
        self.all(is_inside, prefix);
    }

    fn all(&mut self, wanted: impl Fn(&str) -> bool, prefix: Prefix<'_>) {
        for (place, record) in self.known.steps.iter().enumerate() {
            if wanted(&record.path) {
                let mut record = record.clone();
                record.path = renamed(&record.path, prefix);
                record.ended_by = record.ended_by.map(|path| renamed(&path, prefix));
                self.records.push((place, record));
            }
        }
    }

    /// A block that is begun in the middle; nothing of it where there is no middle.
    fn reopen(&mut self, step: &Step, at: (usize, &StepRecord), new: &str, target: Option<&str>) {
        let (place, record) = at;
        let inside = block_prefix(&record.path, record.attempts);
        let lists = self.known.lists(&step.action, &inside);
        if lists.is_empty() {
            return;
        }
        let begun = self.records.len();
        let mut block = StepRecord::new(record.id.clone(), new, record.uses.as_str());
        block.started_at = record.started_at;
        self.records.push((place, block));
        let new_inside = block_prefix(new, 1);
        let names: Vec<(String, String)> = lists
            .iter()
            .map(|(list, _)| (format!("{inside}{list}"), format!("{new_inside}{list}")))
            .collect();
        let is_in = |path: &str| names.iter().position(|(old, _)| path.starts_with(old.as_str()));
        let side_by_side =
            matches!(step.action, Action::Parallel(_) | Action::ForEach(_) | Action::Switch(_));
        // Of lists that run one after the other: the one that it is begun in.
        let first = target.or(record.ended_by.as_deref()).and_then(is_in).unwrap_or_else(|| {
            let has_begun = |(old, _): &(String, String)| {
                self.known.steps.iter().any(|step| step.path.starts_with(old.as_str()))
            };
            names.iter().rposition(has_begun).unwrap_or(0)
        });
        let mut all = true;
        for (number, ((_, steps), (old, new))) in lists.iter().zip(&names).enumerate() {
            let prefix = Prefix { old, new };
            if side_by_side || number == first {
                all &= self.list(steps, prefix, target.filter(|path| path.starts_with(old.as_str())));
            } else if number < first {
                self.all(|path| path.starts_with(old.as_str()), prefix);
            }
        }
        // Its last iteration would only be found to be the last one again.
        if all && record.error.as_ref().is_some_and(|error| error.kind == "loop_exhausted") {
            self.records.truncate(begun);
        }
    }
}

/// Whether a step has ended in a way that the execution went on after.
fn ended_well(step: &Step, record: &StepRecord) -> bool {
    match record.status {
        StepStatus::Succeeded | StepStatus::Skipped => true,
        StepStatus::Failed => step.continue_on_error,
        StepStatus::Cancelled | StepStatus::Pending | StepStatus::Running | StepStatus::Waiting => false,
    }
}

fn renamed(path: &str, prefix: Prefix<'_>) -> String {
    path.strip_prefix(prefix.old).map_or_else(|| path.to_owned(), |rest| format!("{}{rest}", prefix.new))
}
