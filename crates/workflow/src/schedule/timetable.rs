//! What a `schedule` trigger says, ready to be asked for instants.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::cron::Cron;
use super::error::CronError;
use super::zone::time_zone;
use crate::model::{ScheduleTrigger, Timing};
use crate::time::Timestamp;

/// A schedule whose expression is read and whose zone is found.
#[derive(Debug, Clone)]
pub struct Timetable(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Cron { cron: Cron, zone: TimeZone },
    Every { micros: i64 },
}

/// A schedule that this server cannot follow. The parser lets none through, so it is one of another version's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// The expression cannot be read.
    #[error("the crontab expression `{expression}` cannot be read")]
    Cron {
        /// The expression.
        expression: String,
        /// What is wrong with it.
        source: CronError,
    },
    /// The zone is not known.
    #[error("there is no time zone `{0}`")]
    Zone(String),
    /// The interval is no whole number of microseconds above nothing.
    #[error("an interval of {0:?} is none")]
    Interval(Duration),
}

impl Timetable {
    /// Reads what a trigger says.
    pub fn new(trigger: &ScheduleTrigger) -> Result<Self, InvalidSchedule> {
        match &trigger.timing {
            Timing::Cron(expression) => {
                let cron = Cron::parse(expression)
                    .map_err(|source| InvalidSchedule::Cron { expression: expression.clone(), source })?;
                let (_, zone) = time_zone(&trigger.timezone)
                    .ok_or_else(|| InvalidSchedule::Zone(trigger.timezone.clone()))?;
                Ok(Self(Kind::Cron { cron, zone }))
            }
            Timing::Every(interval) => match i64::try_from(interval.as_micros()) {
                Ok(micros) if micros > 0 => Ok(Self(Kind::Every { micros })),
                _ => Err(InvalidSchedule::Interval(*interval)),
            },
        }
    }

    /// The first instant after `after` at which it fires; none where it never does again.
    ///
    /// `anchor` is what `every` counts from: it fires one interval after that, two intervals, and so on. A crontab
    /// expression has no need of it.
    #[must_use]
    pub fn next_after(&self, anchor: Timestamp, after: Timestamp) -> Option<Timestamp> {
        match &self.0 {
            Kind::Cron { cron, zone } => cron.next_after(after, zone),
            Kind::Every { micros } => {
                let passed = after.as_micros().checked_sub(anchor.as_micros())?;
                let rounds = passed.div_euclid(*micros).max(0).checked_add(1)?;
                let later = rounds.checked_mul(*micros)?;
                anchor.as_micros().checked_add(later).map(Timestamp::from_micros)
            }
        }
    }

    /// The last instants in `from..=until` at which it fires, at most `limit` of them, in order; and whether there are
    /// more. It costs no more for a span of years than for one of minutes.
    #[must_use]
    pub fn last_between(
        &self,
        anchor: Timestamp,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> (Vec<Timestamp>, bool) {
        let before = from.as_micros().saturating_sub(1);
        let (all, has_more) = self.first_between(anchor, Timestamp::from_micros(before), until, limit);
        if !has_more {
            return (all, false);
        }
        // The later the beginning, the fewer instants: the earliest one that leaves no more than the limit is looked
        // for by halving.
        let (mut too_many, mut few_enough) = (before, until.as_micros());
        while few_enough - too_many > 1 {
            let middle = too_many + (few_enough - too_many) / 2;
            match self.first_between(anchor, Timestamp::from_micros(middle), until, limit) {
                (_, true) => too_many = middle,
                (_, false) => few_enough = middle,
            }
        }
        (self.first_between(anchor, Timestamp::from_micros(few_enough), until, limit).0, true)
    }

    /// The first instants after `after` and not after `until`, at most `limit` of them, and whether there are more.
    fn first_between(
        &self,
        anchor: Timestamp,
        after: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> (Vec<Timestamp>, bool) {
        let next = |after: &Timestamp| self.next_after(anchor, *after).filter(|instant| *instant <= until);
        let mut all: Vec<Timestamp> = std::iter::successors(next(&after), next).take(limit + 1).collect();
        let has_more = all.len() > limit;
        all.truncate(limit);
        (all, has_more)
    }
}

/// The first instant after `after` at which a trigger fires, `every` counted from `anchor`; none where it never does
/// again. Whoever asks often keeps a [`Timetable`].
#[must_use]
pub fn next_after(trigger: &ScheduleTrigger, anchor: Timestamp, after: Timestamp) -> Option<Timestamp> {
    Timetable::new(trigger).ok()?.next_after(anchor, after)
}
