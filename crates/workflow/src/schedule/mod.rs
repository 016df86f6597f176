//! When a schedule fires: crontab expressions, `every`, time zones. No clock in here: the instant is passed in.
//!
//! # How a crontab expression is read
//! As crontab(5) has it, with the rules where implementations differ spelt out:
//! - Five fields (minute, hour, day of the month, month, day of the week), or six with the second first.
//! - A field is `*`, a number, a range `a-b`, each of them with a step `/n`, or a list of those. `a/n` means "from `a`
//!   on". Months and days of the week have names, of three letters, in any case.
//! - Sunday is 0 and 7. A range of days of the week may go over the week's end (`fri-mon`); any other that runs
//!   backwards is refused, as it is a slip as often as not.
//! - Where the day of the month and the day of the week are both restricted, either is enough. A field that begins with
//!   `*` does not count as restricted (`*/2` neither), as in Vixie cron: then both must hold.
//! - `@yearly`, `@annually`, `@monthly`, `@weekly`, `@daily`, `@midnight`, `@hourly`.
//!
//! # When the clocks change
//! What Vixie cron does, decided by the hour field. Where that is fixed, no time is lost and none comes twice: a time
//! that the clock skips fires right after the gap (several of them once), and of a time that comes twice the first
//! fires. Where it begins with `*`, or has all the hours, the schedule follows the clock as it really goes: what does
//! not exist does not fire, and what comes twice fires twice.

mod cron;
mod error;
mod fields;
mod read;
mod search;
mod timetable;
mod words;
mod zone;

pub use jiff::tz::TimeZone;

pub use self::cron::Cron;
pub use self::error::CronError;
pub use self::timetable::{InvalidSchedule, Timetable, next_after};
pub use self::words::interval_in_words;
pub(crate) use self::zone::nearest_zone;
pub use self::zone::time_zone;
