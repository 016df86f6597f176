//! Which parts of a workflow its cases reach.

use std::collections::{BTreeSet, HashSet};

use bellhop_workflow::ids::TriggerId;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::model::{Action, Step, Workflow};

/// What one case reached.
#[derive(Debug, Clone, Default)]
pub struct Reached {
    trigger: Option<String>,
    ran: HashSet<String>,
    skipped: HashSet<String>,
}

impl Reached {
    pub(crate) fn by(trigger: Option<&TriggerId>, records: &[StepRecord]) -> Self {
        let ids = |statuses: &[StepStatus]| {
            let of_status = records.iter().filter(|record| statuses.contains(&record.status));
            of_status.map(|record| record.id.to_string()).collect()
        };
        Self {
            trigger: trigger.map(ToString::to_string),
            ran: ids(&[StepStatus::Running, StepStatus::Waiting, StepStatus::Succeeded, StepStatus::Failed]),
            skipped: ids(&[StepStatus::Skipped]),
        }
    }
}

/// What all cases of a workflow reach. Counted are its steps, and its branches: each trigger, both ways of an `if`, each
/// arm of a `switch`, each `catch`, and `on_failure`.
#[derive(Debug, Clone)]
pub struct Coverage {
    points: Vec<Point>,
    reached: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
struct Point {
    what: What,
    /// How it is called where it was not reached.
    missed: String,
    /// The branch that it is in: where that was not reached, this needs no saying.
    within: Option<usize>,
}

#[derive(Debug, Clone)]
enum What {
    Trigger(String),
    Step(String),
    IfTrue(String),
    IfFalse(String),
    /// A list of steps that is not always run, by the ids of those that are in it.
    Block(Vec<String>),
}

impl Coverage {
    /// The points of a workflow, none of them reached.
    #[must_use]
    pub fn of(workflow: &Workflow) -> Self {
        let mut points = Vec::new();
        for trigger in &workflow.triggers {
            points.push(Point {
                what: What::Trigger(trigger.id.to_string()),
                missed: format!("trigger `{}` never started it", trigger.id),
                within: None,
            });
        }
        add_steps(&workflow.steps, None, &mut points);
        if !workflow.on_failure.is_empty() {
            add_block(&workflow.on_failure, "`on_failure` never ran".to_owned(), None, &mut points);
        }
        Self { points, reached: BTreeSet::new() }
    }

    /// Counts what a case reached.
    pub fn add(&mut self, reached: &Reached) {
        let hit = |point: &Point| match &point.what {
            What::Trigger(id) => reached.trigger.as_ref() == Some(id),
            What::Step(id) | What::IfTrue(id) => reached.ran.contains(id),
            What::IfFalse(id) => reached.skipped.contains(id),
            What::Block(ids) => ids.iter().any(|id| reached.ran.contains(id) || reached.skipped.contains(id)),
        };
        let hits = self.points.iter().enumerate().filter(|(_, point)| hit(point)).map(|(index, _)| index);
        self.reached.extend(hits);
    }

    /// How many steps ran in any case, and how many there are.
    #[must_use]
    pub fn steps(&self) -> (usize, usize) {
        self.count(|what| matches!(what, What::Step(_)))
    }

    /// How many branches were taken in any case, and how many there are.
    #[must_use]
    pub fn branches(&self) -> (usize, usize) {
        self.count(|what| !matches!(what, What::Step(_)))
    }

    /// The share of steps and branches that were reached, in whole per cent, rounded down.
    #[must_use]
    pub fn percent(&self) -> usize {
        (self.reached.len() * 100).checked_div(self.points.len()).unwrap_or(100)
    }

    /// What no case reached, a sentence each, in the order of the file. Of a branch that was never taken, only the branch.
    #[must_use]
    pub fn missed(&self) -> Vec<&str> {
        let is_said = |point: &Point| {
            let is_inside = point.within.is_some_and(|branch| !self.reached.contains(&branch));
            // That a step never ran says that its `if` was neither.
            let never_ran = match &point.what {
                What::IfTrue(_) => true,
                What::IfFalse(id) => !self.is_step_reached(id),
                _ => false,
            };
            !is_inside && !never_ran
        };
        let missed = self.points.iter().enumerate().filter(|(index, _)| !self.reached.contains(index));
        missed.filter(|(_, point)| is_said(point)).map(|(_, point)| point.missed.as_str()).collect()
    }

    fn is_step_reached(&self, id: &str) -> bool {
        self.points.iter().enumerate().any(|(index, point)| {
            matches!(&point.what, What::Step(step) if step == id) && self.reached.contains(&index)
        })
    }

    fn count(&self, is_wanted: impl Fn(&What) -> bool) -> (usize, usize) {
        let wanted = || self.points.iter().enumerate().filter(|(_, point)| is_wanted(&point.what));
        (wanted().filter(|(index, _)| self.reached.contains(index)).count(), wanted().count())
    }
}

fn add_steps(steps: &[Step], within: Option<usize>, points: &mut Vec<Point>) {
    for step in steps {
        let id = step.id.to_string();
        let word = step.action.as_str();
        let mut push = |what: What, missed: String| points.push(Point { what, missed, within });
        push(What::Step(id.clone()), format!("`{id}` ({word}) never ran"));
        if let Some(condition) = &step.condition {
            push(What::IfTrue(id.clone()), String::new());
            let missed =
                format!("`{id}` was never skipped: its `if: {}` was never false", condition.source());
            push(What::IfFalse(id.clone()), missed);
        }
        add_inside(step, within, points);
    }
}

fn add_inside(step: &Step, within: Option<usize>, points: &mut Vec<Point>) {
    let id = &step.id;
    match &step.action {
        Action::Uses { .. } => {}
        Action::Parallel(parallel) => {
            for branch in &parallel.branches {
                add_steps(&branch.steps, within, points);
            }
        }
        Action::ForEach(each) => add_steps(&each.steps, within, points),
        Action::Loop(again) => add_steps(&again.steps, within, points),
        Action::Switch(switch) => {
            for (index, arm) in switch.arms.iter().enumerate() {
                let missed = match &arm.when {
                    Some(when) => {
                        format!("arm {} of `{id}` was never taken (`when: {}`)", index + 1, when.source())
                    }
                    None => format!("the `default` of `{id}` was never taken"),
                };
                add_block(&arm.steps, missed, within, points);
            }
        }
        Action::Try(guarded) => {
            add_steps(&guarded.steps, within, points);
            if let Some(catch) = guarded.catch.as_deref().filter(|catch| !catch.is_empty()) {
                add_block(catch, format!("the `catch` of `{id}` never ran"), within, points);
            }
            add_steps(&guarded.finally, within, points);
        }
    }
}

fn add_block(steps: &[Step], missed: String, within: Option<usize>, points: &mut Vec<Point>) {
    let ids = steps.iter().map(|step| step.id.to_string()).collect();
    points.push(Point { what: What::Block(ids), missed, within });
    let branch = points.len() - 1;
    add_steps(steps, Some(branch), points);
}
