//! Which place of an execution an operator means.

use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::model::{Action, Step, StepKind, Workflow};

use crate::problem::{Problem, kind};

/// The path that `step` means: itself where it is one, or that of the only place where the step of that id waits.
pub(super) fn place(
    step: &str,
    workflow: Option<&Workflow>,
    records: &[StepRecord],
) -> Result<String, Problem> {
    let id = step.rsplit('/').next().unwrap_or(step);
    if !workflow.is_some_and(|workflow| waits(workflow, id)) {
        return Err(no_wait(step));
    }
    if step.contains('/') {
        return Ok(step.to_owned());
    }
    let of_step = || records.iter().filter(|record| record.id.as_str() == id);
    let waiting: Vec<&str> =
        of_step().filter(|record| !record.status.is_final()).map(|record| record.path.as_str()).collect();
    match waiting.as_slice() {
        [path] => Ok((*path).to_owned()),
        // Not reached, and in no block: there is one place where it can be. The call is kept for it.
        [] if workflow.is_some_and(|workflow| is_own(&workflow.steps, id)) => Ok(step.to_owned()),
        [] if workflow.is_some_and(|workflow| is_own(&workflow.on_failure, id)) => {
            Ok(format!("on_failure/{step}"))
        }
        [] => match of_step().next_back() {
            // What became of it is for the store to say.
            Some(record) => Ok(record.path.clone()),
            None => Err(Problem::because(
                kind::NOT_FOUND,
                format!("The step `{}` is not reached yet; name its path to resume it early.", shown(step)),
            )),
        },
        paths => {
            let paths: Vec<String> = paths.iter().take(10).map(|path| format!("`{path}`")).collect();
            let detail = format!("It waits at {}. Name one of these, percent-encoded.", paths.join(", "));
            Err(Problem::because(kind::AMBIGUOUS_STEP, detail))
        }
    }
}

fn waits(workflow: &Workflow, id: &str) -> bool {
    workflow.all_steps().into_iter().any(|step| step.id.as_str() == id && is_wait(step))
}

fn is_own(steps: &[Step], id: &str) -> bool {
    steps.iter().any(|step| step.id.as_str() == id)
}

fn is_wait(step: &Step) -> bool {
    matches!(step.action, Action::Uses { kind: StepKind::WaitFor, .. })
}

fn no_wait(step: &str) -> Problem {
    Problem::because(kind::NOT_FOUND, format!("The execution has no `wait_for` step `{}`.", shown(step)))
}

/// The name as a 404 repeats it.
fn shown(step: &str) -> String {
    step.chars().take(100).collect()
}
