//! Times in PostgreSQL's binary form: microseconds, or days, from the beginning of the year 2000.

use std::fmt::Write as _;

use bellhop_workflow::time::Timestamp;
use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::TimeZone;

use super::binary::Bytes;

/// 2000-01-01T00:00:00Z in microseconds since the Unix epoch.
const EPOCH: i64 = 946_684_800_000_000;

const MICROS_OF_A_DAY: i64 = 86_400_000_000;

/// `timestamptz`: an instant, in UTC.
pub(super) fn instant(bytes: &[u8]) -> Result<String, String> {
    let micros = Bytes::new(bytes).i64()?;
    Ok(match infinity(micros) {
        Some(word) => word.to_owned(),
        None => Timestamp::from_micros(micros.saturating_add(EPOCH)).to_string(),
    })
}

/// `timestamp`: what a calendar and a clock show, nobody says where.
pub(super) fn civil(bytes: &[u8]) -> Result<String, String> {
    let text = instant(bytes)?;
    Ok(text.strip_suffix('Z').map_or(text.clone(), str::to_owned))
}

/// `date`.
pub(super) fn day(bytes: &[u8]) -> Result<String, String> {
    let days = Bytes::new(bytes).i32()?;
    match days {
        i32::MAX => Ok("infinity".to_owned()),
        i32::MIN => Ok("-infinity".to_owned()),
        days => date(2000, 1, 1)
            .checked_add(jiff::Span::new().try_days(days).map_err(|error| error.to_string())?)
            .map(|day| day.to_string())
            .map_err(|error| error.to_string()),
    }
}

/// `time`, and `timetz` with its offset, which is counted westward.
pub(super) fn clock(bytes: &[u8]) -> Result<String, String> {
    let mut bytes = Bytes::new(bytes);
    let micros = bytes.i64()?;
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction > 0 {
        let _ = write!(text, ".{fraction:06}");
    }
    if let Ok(west) = bytes.i32() {
        let sign = if west > 0 { '-' } else { '+' };
        let minutes = west.abs() / 60;
        let _ = write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    }
    Ok(text)
}

/// `interval`, as ISO 8601 writes a duration.
pub(super) fn duration(bytes: &[u8]) -> Result<String, String> {
    let mut bytes = Bytes::new(bytes);
    let (micros, days, months) = (bytes.i64()?, bytes.i32()?, bytes.i32()?);
    let sign = if micros < 0 { "-" } else { "" };
    let (seconds, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let seconds = if fraction == 0 { seconds.to_string() } else { format!("{seconds}.{fraction:06}") };
    Ok(format!("P{months}M{days}DT{sign}{seconds}S"))
}

/// The binary form of an instant that a text names; one without an offset is in UTC.
pub(super) fn encode_instant(text: &str) -> Option<Vec<u8>> {
    let micros = if let Ok(instant) = Timestamp::parse(text) {
        instant.as_micros()
    } else {
        let local: DateTime = text.parse().ok()?;
        local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond()
    };
    Some(micros.checked_sub(EPOCH)?.to_be_bytes().to_vec())
}

/// The binary form of the day that a text names; of an instant, its day in UTC.
pub(super) fn encode_day(text: &str) -> Option<Vec<u8>> {
    let micros = i64::from_be_bytes(
        encode_instant(text)
            .or_else(|| {
                let day: Date = text.parse().ok()?;
                encode_instant(&day.to_datetime(Time::midnight()).to_string())
            })?
            .try_into()
            .ok()?,
    );
    Some(i32::try_from(micros.div_euclid(MICROS_OF_A_DAY)).ok()?.to_be_bytes().to_vec())
}

/// The binary form of a time of day.
pub(super) fn encode_clock(text: &str) -> Option<Vec<u8>> {
    let time: Time = text.parse().ok()?;
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let micros = seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000;
    Some(micros.to_be_bytes().to_vec())
}

const fn infinity(micros: i64) -> Option<&'static str> {
    match micros {
        i64::MAX => Some("infinity"),
        i64::MIN => Some("-infinity"),
        _ => None,
    }
}
