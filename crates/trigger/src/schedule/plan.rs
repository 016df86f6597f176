//! Which of the times that have passed fire.

use std::time::Duration;

use bellhop_workflow::model::CatchUp;
use bellhop_workflow::schedule::Timetable;
use bellhop_workflow::time::Timestamp;

/// The most missed times that fire; what an outage of weeks left of a schedule of seconds would bury everything else.
pub(super) const MAX_MISSED: usize = 1_000;

/// A time that is later than this, or than the schedule's own period where that is shorter, was missed: nobody was
/// there to fire it.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// No time is missed before that, however short the period: a busy moment is no outage.
const SHORTEST_DELAY: Duration = Duration::from_secs(5);

/// What becomes of a schedule that is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// The times that fire, in order.
    pub(super) fire: Vec<Timestamp>,
    /// Whether `catch_up: all` had to let some go.
    pub(super) too_many: bool,
    /// When it fires next; none where it never does again.
    pub(super) next_at: Option<Timestamp>,
}

/// Decides at `now` about a schedule that has been due since `due_at`.
pub(super) fn plan(
    timetable: &Timetable,
    catch_up: CatchUp,
    anchor: Timestamp,
    due_at: Timestamp,
    now: Timestamp,
) -> Plan {
    let period = timetable.next_after(anchor, due_at).map_or(LONGEST_DELAY, |next| next.since(due_at));
    let delay = period.clamp(SHORTEST_DELAY, LONGEST_DELAY);
    let in_time = due_at.max(now.minus(delay));
    let before = Timestamp::from_micros(in_time.as_micros().saturating_sub(1));
    let limit = match catch_up {
        CatchUp::None => 0,
        CatchUp::One => 1,
        CatchUp::All => MAX_MISSED,
    };
    let (mut fire, more) = match limit {
        0 => (Vec::new(), false),
        limit => timetable.last_between(anchor, due_at, before, limit),
    };
    fire.extend(timetable.last_between(anchor, in_time, now, MAX_MISSED).0);
    let too_many = more && catch_up == CatchUp::All;
    Plan { fire, too_many, next_at: timetable.next_after(anchor, now) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellhop_workflow::model::{ScheduleTrigger, Timing};

    const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

    fn every(seconds: u64) -> Timetable {
        let timing = Timing::Every(Duration::from_secs(seconds));
        let trigger = ScheduleTrigger { timing, timezone: "UTC".to_owned(), catch_up: CatchUp::None };
        Timetable::new(&trigger).unwrap()
    }

    /// The seconds after noon that fire, and when the next does, for a schedule that was due first at its first period.
    fn fires(period: u64, catch_up: CatchUp, now: u64) -> (Vec<u64>, u64) {
        let seconds = |instant: Timestamp| instant.since(NOON).as_secs();
        let due_at = NOON.plus(Duration::from_secs(period));
        let plan = plan(&every(period), catch_up, NOON, due_at, NOON.plus(Duration::from_secs(now)));
        (plan.fire.into_iter().map(seconds).collect(), plan.next_at.map(seconds).unwrap())
    }

    #[test]
    fn what_is_in_time_fires_whatever_is_to_be_caught_up() {
        for catch_up in [CatchUp::None, CatchUp::One, CatchUp::All] {
            assert_eq!(fires(3_600, catch_up, 3_600), (vec![3_600], 7_200));
            assert_eq!(fires(3_600, catch_up, 3_660), (vec![3_600], 7_200));
            // A schedule of seconds may be five behind.
            assert_eq!(fires(1, catch_up, 3), (vec![1, 2, 3], 4));
        }
    }

    #[test]
    fn what_was_missed_fires_as_it_is_to_be_caught_up() {
        assert_eq!(fires(3_600, CatchUp::None, 3 * 3_600 + 120), (vec![], 4 * 3_600));
        assert_eq!(fires(3_600, CatchUp::One, 3 * 3_600 + 120), (vec![3 * 3_600], 4 * 3_600));
        assert_eq!(fires(3_600, CatchUp::All, 3 * 3_600 + 120), (vec![3_600, 7_200, 10_800], 4 * 3_600));
        // One that is in time besides.
        assert_eq!(fires(3_600, CatchUp::None, 3 * 3_600 + 1), (vec![10_800], 4 * 3_600));
        assert_eq!(fires(3_600, CatchUp::One, 3 * 3_600 + 1), (vec![7_200, 10_800], 4 * 3_600));
        // A schedule of ten seconds is ten behind at most.
        assert_eq!(fires(10, CatchUp::None, 45), (vec![40], 50));
    }

    #[test]
    fn a_flood_of_missed_times_is_cut_to_the_last() {
        let due_at = NOON.plus(Duration::from_secs(1));
        let now = NOON.plus(Duration::from_hours(24 * 365));
        let plan = plan(&every(1), CatchUp::All, NOON, due_at, now);
        assert!(plan.too_many);
        // And those of the last five seconds, which are in time.
        assert_eq!(plan.fire.len(), MAX_MISSED + 6);
        assert_eq!(plan.fire.last(), Some(&now));
        assert!(plan.fire.is_sorted_by(|earlier, later| earlier < later));
    }
}
