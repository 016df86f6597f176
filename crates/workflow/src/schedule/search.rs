//! The next instant that an expression has: first the next reading of a clock on the wall, then the instant at which
//! a clock in the zone shows it.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp as Instant};

use super::cron::Cron;
use crate::time::Timestamp;

/// How far ahead is looked. The rarest day that exists is a 29 February on a given day of the week: over a century
/// without a leap day there are 40 years between two.
const HORIZON: i16 = 41;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

impl Cron {
    /// The first instant after `after` at which it fires in `zone`; none where there is none within the next 40
    /// years, or where the calendar ends.
    ///
    /// It takes microseconds, tens of them for an expression that never fires.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let after = Instant::from_second(after.as_micros().div_euclid(1_000_000)).ok()?;
        let next =
            if self.follows_clock { self.next_real(after, zone) } else { self.next_fixed(after, zone) };
        next.map(|instant| Timestamp::from_seconds(instant.as_second()))
    }

    /// Whether it fires at all: `0 0 31 2 *` does not.
    #[must_use]
    pub fn fires(&self) -> bool {
        self.next_date(Date::constant(2000, 1, 1)).is_some()
    }

    /// Every reading of the clock has exactly one instant: the first where it comes twice, the end of the gap where it
    /// is skipped. A later reading has never an earlier instant, so the first reading whose instant is late enough is
    /// the one.
    fn next_fixed(&self, after: Instant, zone: &TimeZone) -> Option<Instant> {
        let mut reading = zone.to_datetime(after);
        loop {
            reading = self.next_reading(reading.checked_add(SECOND).ok()?)?;
            let instant = the_instant(reading, zone)?;
            // Earlier only for what was shown before the clocks were put back.
            if instant > after {
                return Some(instant);
            }
        }
    }

    /// From one change of the clocks to the next a reading and its instant go side by side.
    fn next_real(&self, after: Instant, zone: &TimeZone) -> Option<Instant> {
        let mut from = after.checked_add(SECOND).ok()?;
        loop {
            let offset = zone.to_offset(from);
            let reading = self.next_reading(offset.to_datetime(from))?;
            let instant = offset.to_timestamp(reading).ok()?;
            match zone.following(from).next().map(|change| change.timestamp()) {
                Some(change) if change <= instant => from = change,
                _ => return Some(instant),
            }
        }
    }

    /// The first reading that fits, `from` or later.
    fn next_reading(&self, from: DateTime) -> Option<DateTime> {
        if self.has_day(from.date())
            && let Some(reading) = self.next_time(from)
        {
            return Some(reading);
        }
        let date = self.next_date(from.date().tomorrow().ok()?)?;
        self.next_time(date.at(0, 0, 0, 0))
    }

    /// The first reading of the same day that fits, `from` or later.
    fn next_time(&self, from: DateTime) -> Option<DateTime> {
        let (hour, minute, second) = (from.hour(), from.minute(), from.second());
        let at = |hour: i8, minute: i8, second: i8| Some(from.date().at(hour, minute, second, 0));
        if first(self.hours, hour) == Some(hour) {
            if first(self.minutes, minute) == Some(minute)
                && let Some(second) = first(self.seconds, second)
            {
                return at(hour, minute, second);
            }
            if let Some(minute) = first(self.minutes, minute + 1) {
                return at(hour, minute, first(self.seconds, 0)?);
            }
        }
        at(first(self.hours, hour + 1)?, first(self.minutes, 0)?, first(self.seconds, 0)?)
    }

    /// The first day that fits, `from` or later.
    fn next_date(&self, from: Date) -> Option<Date> {
        let mut month = from.first_of_month();
        let mut day = from.day();
        while month.year() <= from.year().saturating_add(HORIZON) {
            if first(self.months, month.month()) == Some(month.month()) {
                let days = (day..=month.days_in_month()).filter_map(|day| month.with().day(day).build().ok());
                if let Some(found) = days.into_iter().find(|date| self.has_day(*date)) {
                    return Some(found);
                }
            }
            month = month.last_of_month().tomorrow().ok()?;
            day = 1;
        }
        None
    }

    fn has_day(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset();
        let has = |set: u64, value: i8| first(set, value) == Some(value);
        let (by_day, by_weekday) = (has(self.days, date.day()), has(self.weekdays, weekday));
        has(self.months, date.month())
            && if self.either_day { by_day || by_weekday } else { by_day && by_weekday }
    }
}

/// The least value of the set that is not below `from`.
fn first(set: u64, from: i8) -> Option<i8> {
    let from = u32::try_from(from).ok()?;
    let left = set.checked_shr(from)?;
    if left == 0 { None } else { i8::try_from(from + left.trailing_zeros()).ok() }
}

/// The instant of a reading: the first where it comes twice, the end of the gap where it is skipped.
fn the_instant(reading: DateTime, zone: &TimeZone) -> Option<Instant> {
    match zone.to_ambiguous_timestamp(reading).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(reading).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(reading).ok(),
        AmbiguousOffset::Gap { before, .. } => {
            let beyond = before.to_timestamp(reading).ok()?.checked_add(SECOND).ok()?;
            zone.preceding(beyond).next().map(|change| change.timestamp())
        }
    }
}
