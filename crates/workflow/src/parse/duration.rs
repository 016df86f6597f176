//! Durations: `500ms`, `30s`, `10m`, `1h30m`, `2d`.

use std::time::Duration;

use super::context::Context;
use super::place::At;
use crate::diagnostic::Code;
use crate::yaml::Data;

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// A year. What waits longer is a mistake of units.
const MAX: Duration = Duration::from_hours(366 * 24);

/// Reads a duration of more than nothing; notes where it is none.
pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<Duration> {
    let refuse = |context: &mut Context<'_>, message: String, help: &str| {
        context.error(Code::InvalidDuration, at.span(), &at.path, message).help(help);
        None
    };
    let text = match &at.node.data {
        Data::Number(number) => {
            let help = format!("write `{number}s` for seconds, or `{number}m` for minutes");
            return refuse(context, "a duration needs a unit".to_owned(), &help);
        }
        Data::Text(text) => text,
        _ => {
            at.wrong_type(context, "a duration such as `30s`");
            return None;
        }
    };
    match parse(text) {
        Some(Duration::ZERO) => {
            refuse(context, "the duration must be more than nothing".to_owned(), "for instance `30s`")
        }
        Some(duration) if duration > MAX => {
            refuse(context, format!("`{text}` is more than a year"), "units are ms, s, m, h and d")
        }
        Some(duration) => Some(duration),
        None => refuse(
            context,
            format!("`{}` is not a duration", text.chars().take(40).collect::<String>()),
            "write whole numbers with units, largest first: `500ms`, `30s`, `10m`, `1h30m`, `2d`",
        ),
    }
}

/// Reads a duration from text: whole numbers with units, largest first. `None` where it is none.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = 0_u64;
    let mut smallest = u64::MAX;
    while !rest.is_empty() || smallest == u64::MAX {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (_, millis) = UNITS.iter().find(|(unit, _)| *unit == &rest[..end])?;
        if *millis >= smallest {
            return None;
        }
        smallest = *millis;
        total = total.checked_add(number.checked_mul(*millis)?)?;
        rest = rest[end..].trim_start();
    }
    Some(Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_with_units_largest_first() {
        for (text, millis) in
            [("500ms", 500), ("30s", 30_000), ("10m", 600_000), ("1h30m", 5_400_000), ("1d 2h", 93_600_000)]
        {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "10", "s", "1.5s", "-1s", "1m1h", "1s1s", "1w", "99999999999999999999s", "1 s", "ß"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
