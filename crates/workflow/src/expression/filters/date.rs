//! `date` and `parse_date`.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, Value};

use super::failed;

/// The longest format, and the longest text that one may become.
const MAX_LENGTH: usize = 200;

/// A time in words: `| date("%d.%m.%Y %H:%M", "Europe/Berlin")`. It takes RFC 3339, a date or a time without an
/// offset (then UTC), or Unix seconds; the format is strftime's, `%Y-%m-%d` where none is given, in UTC where no
/// zone is given.
#[expect(clippy::needless_pass_by_value, reason = "the shape that MiniJinja calls")]
pub(super) fn date(
    time: &Value,
    format: Option<&str>,
    zone: Option<&str>,
    options: Kwargs,
) -> Result<String, Error> {
    let format = format.or(options.get("format")?).unwrap_or("%Y-%m-%d");
    let zone = zone.or(options.get("tz")?);
    options.assert_all_used()?;
    check_format(format)?;
    let zone = match zone {
        Some(name) => TimeZone::get(name).map_err(|_| {
            failed(format!("`{name}` is not a time zone; they are called like `Europe/Berlin`"))
        })?,
        None => TimeZone::UTC,
    };
    let zoned = instant(time)?.to_zoned(zone);
    let text = strtime::format(format, &zoned)
        .map_err(|error| failed(format!("`{format}` is not a date format")).with_source(error))?;
    Ok(text)
}

/// The time that a text says, as RFC 3339 in UTC with microseconds, so that two of them compare as text. The
/// format is strptime's; without one the text is what `date` takes.
pub(super) fn parse_date(time: &Value, format: Option<&str>) -> Result<String, Error> {
    let instant = match (format, time.as_str()) {
        (Some(format), Some(text)) => {
            check_format(format)?;
            parsed(format, text)
                .map_err(|error| failed(format!("`{text}` is not a time as `{format}`")).with_source(error))?
        }
        _ => instant(time)?,
    };
    Ok(format!("{instant:.6}"))
}

fn check_format(format: &str) -> Result<(), Error> {
    // strftime can pad to any width: `%999999999d`.
    let has_wide_padding = format.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_digit));
    if format.len() > MAX_LENGTH || has_wide_padding {
        return Err(failed("the date format is too long or pads too wide"));
    }
    Ok(())
}

fn parsed(format: &str, text: &str) -> Result<Timestamp, jiff::Error> {
    let parts = BrokenDownTime::parse(format, text)?;
    if parts.offset().is_some() || parts.timestamp().is_some() {
        return parts.to_timestamp();
    }
    let midnight = parts.to_date().map(|date| date.at(0, 0, 0, 0));
    let time = if parts.hour().is_some() { parts.to_datetime() } else { midnight }?;
    time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp())
}

/// The instant that a value says.
fn instant(time: &Value) -> Result<Timestamp, Error> {
    if time.kind() == ValueKind::Number {
        let out_of_range = || failed(format!("{time} are not seconds since 1970 that a calendar holds"));
        if let Some(seconds) = time.as_i64() {
            return Timestamp::from_second(seconds).map_err(|_| out_of_range());
        }
        let seconds = f64::try_from(time.clone())?;
        let span = jiff::SignedDuration::try_from_secs_f64(seconds).map_err(|_| out_of_range())?;
        return Timestamp::from_duration(span).map_err(|_| out_of_range());
    }
    if time.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let text = time.as_str().ok_or_else(|| failed(format!("a {} is not a time", time.kind())))?;
    let trimmed = text.trim();
    trimmed
        .parse::<Timestamp>()
        .or_else(|_| trimmed.parse::<Zoned>().map(|zoned| zoned.timestamp()))
        .or_else(|_| trimmed.parse::<DateTime>().and_then(utc))
        .or_else(|_| trimmed.parse::<Date>().and_then(|date| utc(date.at(0, 0, 0, 0))))
        .map_err(|_| {
            failed(format!("`{}` is not a time; RFC 3339 looks like 2026-03-02T09:20:11Z", shown(text)))
        })
}

fn utc(time: DateTime) -> Result<Timestamp, jiff::Error> {
    time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp())
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
