//! What the journal alone says of steps: how they ended, and what they left.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::model::{Action, Step, StepKind};
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::block::{iteration_prefix, list_prefix};
use super::{End, Failure, Interpreter, LastRun, Returned, join};
use crate::world::error;

impl Interpreter<'_> {
    /// How a step that has ended goes on; true where it ran, false where it was skipped.
    pub(super) fn end_of(&self, step: &Step, record: &StepRecord) -> End<bool> {
        match record.status {
            StepStatus::Succeeded if is_return(step) => {
                let output = record.output.clone().unwrap_or_default();
                End::Return(Returned { path: record.path.clone(), output })
            }
            StepStatus::Succeeded => match &record.ended_by {
                Some(path) => End::Return(Returned { path: path.clone(), output: self.output_at(path) }),
                None => End::Next(true),
            },
            StepStatus::Failed | StepStatus::Cancelled if !step.continue_on_error => {
                End::Failed(self.failure_of(record))
            }
            StepStatus::Skipped => End::Next(false),
            StepStatus::Failed
            | StepStatus::Cancelled
            | StepStatus::Pending
            | StepStatus::Running
            | StepStatus::Waiting => End::Next(true),
        }
    }

    /// How a list of steps has ended, where the journal knows that it has.
    pub(super) fn settled(&self, steps: &[Step], prefix: &str) -> Option<End<LastRun>> {
        let mut last = None;
        for (place, step) in steps.iter().enumerate() {
            let end = self
                .journal
                .look(&join(prefix, step), |record| record.status.is_final().then(|| record.clone()))?;
            match self.end_of(step, &end?) {
                End::Next(true) => last = Some(place),
                End::Next(false) => {}
                End::Return(output) => return Some(End::Return(output)),
                End::Failed(failure) => return Some(End::Failed(failure)),
                End::Pause(until) => return Some(End::Pause(until)),
            }
        }
        Some(End::Next(last))
    }

    /// Lets expressions see what a step left.
    pub(super) fn show(step: &Step, record: &StepRecord, scope: &mut Scope) {
        let output = record.output.as_ref().unwrap_or(&Value::Null);
        scope.set_step(&step.id, output, record.status, record.error.as_ref());
    }

    /// Lets expressions see what `steps` left, as far as they ran, and those inside them that are seen from outside:
    /// the steps of `try` blocks, and of the last iteration of loops.
    pub(crate) fn reveal(&self, steps: &[Step], prefix: &str, scope: &mut Scope) {
        for step in steps {
            let path = join(prefix, step);
            let seen = self.journal.look(&path, |record| {
                Self::show(step, record, scope);
                record.attempts
            });
            if let Some(attempt) = seen {
                self.reveal_inside(step, &path, attempt, scope);
            }
        }
    }

    /// The same for what is inside one step.
    pub(super) fn reveal_inside(&self, step: &Step, path: &str, attempt: u32, scope: &mut Scope) {
        match &step.action {
            Action::Try(guarded) => {
                self.reveal(&guarded.steps, &list_prefix(path, attempt, "try"), scope);
                let catch = guarded.catch.as_deref().unwrap_or_default();
                self.reveal(catch, &list_prefix(path, attempt, "catch"), scope);
                self.reveal(&guarded.finally, &list_prefix(path, attempt, "finally"), scope);
            }
            Action::Loop(again) => {
                if let Some(iteration) = self.last_iteration(&again.steps, path, attempt) {
                    self.reveal(&again.steps, &iteration_prefix(path, attempt, iteration), scope);
                }
            }
            Action::Uses { .. } | Action::Parallel(_) | Action::ForEach(_) | Action::Switch(_) => {}
        }
    }

    /// The last iteration of a loop that has begun. Those before it have all begun too, so that few are looked at.
    pub(super) fn last_iteration(&self, steps: &[Step], path: &str, attempt: u32) -> Option<usize> {
        let has_begun = |iteration| self.has_begun(steps, &iteration_prefix(path, attempt, iteration));
        if !has_begun(0) {
            return None;
        }
        let (mut begun, mut not_begun) = (0, 1);
        while has_begun(not_begun) {
            begun = not_begun;
            not_begun *= 2;
        }
        while not_begun - begun > 1 {
            let middle = begun.midpoint(not_begun);
            if has_begun(middle) { begun = middle } else { not_begun = middle }
        }
        Some(begun)
    }

    /// Whether a list of steps has begun: its first step is the first to have a record.
    pub(super) fn has_begun(&self, steps: &[Step], prefix: &str) -> bool {
        steps.first().is_some_and(|first| self.journal.knows(&join(prefix, first)))
    }

    /// When the last of `steps` to end did so; none where none has.
    pub(crate) fn finished_at(&self, steps: &[Step], prefix: &str) -> Option<Timestamp> {
        let ends = steps
            .iter()
            .filter_map(|step| self.journal.look(&join(prefix, step), |record| record.finished_at)?);
        ends.max()
    }

    /// The output of a list whose last step to run is known.
    pub(super) fn output_of(&self, steps: &[Step], prefix: &str, last: LastRun) -> Value {
        last.and_then(|place| steps.get(place))
            .map_or(Value::Null, |step| self.output_at(&join(prefix, step)))
    }

    fn output_at(&self, path: &str) -> Value {
        self.journal.look(path, |record| record.output.clone()).flatten().unwrap_or_default()
    }

    fn failure_of(&self, record: &StepRecord) -> Failure {
        let error = record.error.clone().unwrap_or_else(|| error("failed", "the step failed"));
        let (path, attempt) = match &record.ended_by {
            Some(cause) => (cause, self.journal.look(cause, |cause| cause.attempts).unwrap_or(1)),
            None => (&record.path, record.attempts),
        };
        Failure { path: Some(path.clone()), attempt, error }
    }
}

fn is_return(step: &Step) -> bool {
    matches!(step.action, Action::Uses { kind: StepKind::Return, .. })
}
