//! Which stretch of time is fetched. Pure.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far back Close's event log goes.
const REACH: Duration = Duration::from_hours(30 * 24);

/// An event may be in the log so long after it happened: <https://developer.close.com/api/resources/events>.
pub(super) const LATE: Duration = Duration::from_mins(5);

/// A shorter stretch is not divided any more.
const SHORTEST: Duration = Duration::from_secs(1);

/// From `since` to before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stretch {
    /// Where it begins.
    pub since: Timestamp,
    /// Where it ends; that instant is not in it.
    pub until: Timestamp,
}

impl Stretch {
    /// Its earlier and its later half; none where it is too short to be divided.
    pub(super) fn halves(self) -> Option<(Self, Self)> {
        let length = self.until.since(self.since);
        let middle = self.since.plus(length / 2);
        (length > SHORTEST).then_some((Self { until: middle, ..self }, Self { since: middle, ..self }))
    }
}

/// What of the time since `since` can still be fetched at `now`, and what is older than Close keeps.
pub(super) fn within_reach(since: Timestamp, now: Timestamp) -> (Stretch, Option<Stretch>) {
    let oldest = now.minus(REACH);
    let until = now.max(since);
    if since >= oldest {
        return (Stretch { since, until }, None);
    }
    (Stretch { since: oldest, until }, Some(Stretch { since, until: oldest }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_772_442_000);

    fn days(count: u64) -> Duration {
        Duration::from_hours(24 * count)
    }

    #[test]
    fn thirty_days_can_be_fetched_and_no_more() {
        let since = NOON.minus(days(30));
        assert_eq!(within_reach(since, NOON), (Stretch { since, until: NOON }, None));
        let early = NOON.minus(days(41));
        let (stretch, too_old) = within_reach(early, NOON);
        assert_eq!(stretch, Stretch { since, until: NOON });
        assert_eq!(too_old, Some(Stretch { since: early, until: since }));
    }

    #[test]
    fn what_lies_ahead_is_an_empty_stretch() {
        let since = NOON.plus(days(1));
        assert_eq!(within_reach(since, NOON), (Stretch { since, until: since }, None));
    }

    #[test]
    fn halves_meet_in_the_middle_until_a_second_is_left() {
        let day = Stretch { since: NOON, until: NOON.plus(days(1)) };
        let (earlier, later) = day.halves().unwrap();
        assert_eq!((earlier.since, earlier.until, later.until), (day.since, later.since, day.until));
        assert_eq!(earlier.until, NOON.plus(Duration::from_hours(12)));
        assert_eq!(Stretch { since: NOON, until: NOON.plus(SHORTEST) }.halves(), None);
    }
}
