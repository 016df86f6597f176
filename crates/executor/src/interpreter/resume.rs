//! What a step needs next, by what the journal says of it. Pure: no clock, no I/O.

use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;

/// What is to be done with a step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It has ended; what it gave is in its record.
    Done,
    /// Begin this attempt, counted from 1.
    Begin(u32),
    /// Begin this attempt when its instant has come; at none, now.
    BeginAt(Option<Timestamp>, u32),
    /// This attempt waits for an instant, or for something outside: go on with it.
    GoOn(u32),
    /// This attempt was cut short; where it runs again, it does so under its own number: a crash of ours uses up no
    /// attempt of the user's.
    Interrupted(u32),
}

/// Decides from the step's last record, if it has one.
pub(super) fn next(record: Option<&StepRecord>) -> Next {
    let Some(record) = record else { return Next::Begin(1) };
    match record.status {
        StepStatus::Succeeded | StepStatus::Failed | StepStatus::Skipped | StepStatus::Cancelled => {
            Next::Done
        }
        StepStatus::Pending => Next::Begin(1),
        StepStatus::Running => Next::Interrupted(record.attempts.max(1)),
        // What it waits for is the next attempt where one has failed, and part of the present one where none has.
        StepStatus::Waiting if record.error.is_some() => Next::BeginAt(record.wakes_at, record.attempts + 1),
        StepStatus::Waiting => Next::GoOn(record.attempts.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::error;
    use bellhop_workflow::ids::StepId;

    const LATER: Timestamp = Timestamp::from_seconds(1_772_452_800);

    fn record(status: StepStatus, attempts: u32) -> StepRecord {
        StepRecord { status, attempts, ..StepRecord::new(StepId::new("call"), "call", "http") }
    }

    #[test]
    fn a_step_without_a_record_begins() {
        assert_eq!(next(None), Next::Begin(1));
    }

    #[test]
    fn a_finished_step_is_never_begun_again() {
        for status in [StepStatus::Succeeded, StepStatus::Failed, StepStatus::Skipped, StepStatus::Cancelled]
        {
            assert_eq!(next(Some(&record(status, 2))), Next::Done);
        }
    }

    #[test]
    fn an_interrupted_attempt_keeps_its_number() {
        assert_eq!(next(Some(&record(StepStatus::Running, 3))), Next::Interrupted(3));
    }

    #[test]
    fn after_a_failure_and_its_pause_the_next_attempt_begins() {
        let mut waiting = record(StepStatus::Waiting, 2);
        waiting.error = Some(error("connection", "refused"));
        waiting.wakes_at = Some(LATER);
        assert_eq!(next(Some(&waiting)), Next::BeginAt(Some(LATER), 3));
    }

    #[test]
    fn an_attempt_that_waits_goes_on() {
        assert_eq!(next(Some(&record(StepStatus::Waiting, 2))), Next::GoOn(2));
    }
}
