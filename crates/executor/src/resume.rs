//! What a step needs next, by what the journal says of it. Pure: no clock, no I/O.

use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::model::OnInterrupt;

/// What is to be done with a step.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It has ended; what it gave is in its record.
    Done,
    /// Begin this attempt, counted from 1.
    Attempt(u32),
    /// An attempt was cut short, and the step says that a person has to look at it.
    FailInterrupted,
}

/// Decides from the step's last record, if it has one.
pub(crate) fn next(record: Option<&StepRecord>, on_interrupt: OnInterrupt) -> Next {
    let Some(record) = record else { return Next::Attempt(1) };
    match (record.status, on_interrupt) {
        (
            StepStatus::Succeeded | StepStatus::Failed | StepStatus::Skipped | StepStatus::Cancelled,
            OnInterrupt::Retry | OnInterrupt::Fail,
        ) => Next::Done,
        (StepStatus::Pending, OnInterrupt::Retry | OnInterrupt::Fail) => Next::Attempt(1),
        // The attempt that was cut short is begun again under its own number: a crash of ours uses up no attempt of
        // the user's.
        (StepStatus::Running, OnInterrupt::Retry) => Next::Attempt(record.attempts.max(1)),
        (StepStatus::Running, OnInterrupt::Fail) => Next::FailInterrupted,
        // Whoever claims an execution that was put aside does so because its pause is over.
        (StepStatus::Waiting, OnInterrupt::Retry | OnInterrupt::Fail) => Next::Attempt(record.attempts + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellhop_workflow::ids::StepId;

    fn record(status: StepStatus, attempts: u32) -> StepRecord {
        StepRecord {
            id: StepId::new("call"),
            path: "call".into(),
            uses: "http".into(),
            status,
            attempts,
            input: None,
            output: None,
            error: None,
            logs: vec![],
            started_at: None,
            finished_at: None,
        }
    }

    #[test]
    fn a_step_without_a_record_begins() {
        assert_eq!(next(None, OnInterrupt::Retry), Next::Attempt(1));
    }

    #[test]
    fn a_finished_step_is_never_begun_again() {
        for status in [StepStatus::Succeeded, StepStatus::Failed, StepStatus::Skipped] {
            assert_eq!(next(Some(&record(status, 2)), OnInterrupt::Fail), Next::Done);
        }
    }

    #[test]
    fn an_interrupted_attempt_is_begun_again_under_its_own_number() {
        assert_eq!(next(Some(&record(StepStatus::Running, 3)), OnInterrupt::Retry), Next::Attempt(3));
    }

    #[test]
    fn an_interrupted_attempt_fails_where_the_step_says_so() {
        assert_eq!(next(Some(&record(StepStatus::Running, 1)), OnInterrupt::Fail), Next::FailInterrupted);
    }

    #[test]
    fn after_a_pause_the_next_attempt_begins() {
        assert_eq!(next(Some(&record(StepStatus::Waiting, 2)), OnInterrupt::Fail), Next::Attempt(3));
    }
}
