//! A crontab expression.

use ::cron::{Schedule, TimeUnitSpec};

use super::error::CronError;
use super::fields::{DAY, Field, HOUR, MINUTE, MONTH, SECOND, WEEKDAY};
use super::read::{self, Item, Part};

/// Longer texts are no crontab expressions, and are not looked at.
const MAX_LENGTH: usize = 500;

const FIELDS: [Field; 6] = [SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY];

/// The expressions that have a name.
const MACROS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// A crontab expression, read: which values each field has.
///
/// Each set is a bit for each value: bit 5 of `hours` for 5 o'clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cron {
    pub(super) seconds: u64,
    pub(super) minutes: u64,
    pub(super) hours: u64,
    pub(super) days: u64,
    pub(super) months: u64,
    /// Sunday is bit 0, and only that.
    pub(super) weekdays: u64,
    /// Whether a day that only one of `days` and `weekdays` has is enough.
    pub(super) either_day: bool,
    /// Whether times that a change of the clocks skips or repeats are taken as they come.
    pub(super) follows_clock: bool,
}

impl Cron {
    /// Reads an expression, or says what is wrong with it and where. The rules are in the head of
    /// [`schedule`](super).
    ///
    /// An expression that is well formed and still never fires (`0 0 31 2 *`) is read; see [`Self::fires`].
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let start = text.len() - text.trim_start().len();
        let trimmed = Part { text: text.trim(), at: start };
        if trimmed.text.len() > MAX_LENGTH {
            let help = "a crontab expression has five fields, such as `0 9 * * 1-5`";
            return Err(CronError::new(trimmed.range(), "this is too long for a crontab expression", help));
        }
        if trimmed.text.starts_with('@') {
            let expansion = named(trimmed)?;
            return Self::parse_fields(&words(Part { text: expansion, at: 0 }));
        }
        Self::parse_fields(&checked_count(trimmed)?)
    }

    /// Six fields, or five without the second.
    fn parse_fields(words: &[Part<'_>]) -> Result<Self, CronError> {
        let zero = Part { text: "0", at: 0 };
        let has_seconds = words.len() == FIELDS.len();
        let parts: Vec<Part<'_>> =
            (!has_seconds).then_some(zero).into_iter().chain(words.iter().copied()).collect();
        let mut items = Vec::with_capacity(FIELDS.len());
        for (field, part) in FIELDS.iter().zip(&parts) {
            items.push(read::field(field, *part)?);
        }
        let text: Vec<String> =
            FIELDS.iter().zip(&items).map(|(field, items)| expanded(field, items)).collect();
        let schedule: Schedule = text.join(" ").parse().map_err(|error: ::cron::error::Error| {
            let whole = parts.get(usize::from(!has_seconds)).map_or(0, |part| part.at);
            CronError::new(whole..whole, error.to_string(), "write it as `0 9 * * 1-5`")
        })?;
        let begins_with_star = |index: usize| parts.get(index).is_some_and(|part| part.text.starts_with('*'));
        let hours = bits(schedule.hours());
        Ok(Self {
            seconds: bits(schedule.seconds()),
            minutes: bits(schedule.minutes()),
            hours,
            days: bits(schedule.days_of_month()),
            months: bits(schedule.months()),
            // The crate counts Sunday as 1.
            weekdays: bits(schedule.days_of_week()) >> 1,
            either_day: !begins_with_star(3) && !begins_with_star(5),
            follows_clock: begins_with_star(2) || schedule.hours().is_all(),
        })
    }
}

/// The items as the `cron` crate reads them.
///
/// The crate turns them into sets of values, and no more: what it makes of an expression differs from crontab(5) (its
/// weeks begin with Sunday as 1, and a day has to match both day fields), and in its search a time that the clocks
/// skip is lost. So the fields are read before it, and the search is in `search.rs`.
fn expanded(field: &Field, items: &[Item]) -> String {
    let item = |item: &Item| {
        let Item { start, end, step } = *item;
        if field.is_cyclic() {
            let days =
                (start..=end).step_by(usize::from(step)).map(|day| (day % (field.max + 1) + 1).to_string());
            return days.collect::<Vec<_>>().join(",");
        }
        if step > end - start { start.to_string() } else { format!("{start}-{end}/{step}") }
    };
    items.iter().map(item).collect::<Vec<_>>().join(",")
}

fn bits(values: &impl TimeUnitSpec) -> u64 {
    values.iter().fold(0, |bits, value| bits | 1 << value)
}

fn words(whole: Part<'_>) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut at = whole.at;
    for text in whole.text.split(|letter: char| letter.is_ascii_whitespace()) {
        if !text.is_empty() {
            found.push(Part { text, at });
        }
        at += text.len() + 1;
    }
    found
}

/// The expression that a name stands for.
fn named(name: Part<'_>) -> Result<&'static str, CronError> {
    let lower = name.text.to_ascii_lowercase();
    if let Some((_, expansion)) = MACROS.iter().find(|(known, _)| *known == lower) {
        return Ok(expansion);
    }
    let known: Vec<String> = MACROS.iter().map(|(known, _)| format!("`{known}`")).collect();
    let help = if let Some(interval) = lower.strip_prefix("@every") {
        format!("write `every: {}` instead of `cron`", interval.trim())
    } else if lower == "@reboot" {
        "a schedule goes by the clock; the start of the server is none of its times".to_owned()
    } else {
        format!("there are {}", known.join(", "))
    };
    let shown: String = name.text.chars().take(40).collect();
    Err(CronError::new(name.range(), format!("`{shown}` is not a name of a crontab expression"), help))
}

/// The fields, where there are as many as there must be.
fn checked_count(whole: Part<'_>) -> Result<Vec<Part<'_>>, CronError> {
    let words = words(whole);
    if let Some(word) = words.first()
        && let Some((key @ ("TZ" | "CRON_TZ"), zone)) = word.text.split_once('=')
    {
        let help = format!("leave it out, and write `timezone: {zone}` beside `cron`");
        return Err(CronError::new(
            word.range(),
            format!("`{key}=` is no part of the expression here"),
            help,
        ));
    }
    if matches!(words.len(), 5 | 6) {
        return Ok(words);
    }
    let help = match words.len() {
        7 => "leave the year out: six fields are second, minute, hour, day, month and day of the week"
            .to_owned(),
        _ => "they are minute, hour, day of the month, month and day of the week: `0 9 * * 1-5`".to_owned(),
    };
    let message = match words.len() {
        0 => "the expression is empty, and a crontab expression has five fields".to_owned(),
        1 => "a crontab expression has five fields, this has one".to_owned(),
        count => format!("a crontab expression has five fields (or six, the second first), this has {count}"),
    };
    Err(CronError::new(whole.range(), message, help))
}
