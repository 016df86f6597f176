//! How long and how much is kept: `14d`, `1000000`, or `off` for ever.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::duration::Span;
use super::size::NumberOrText;

/// The words for what has no end.
const FOR_EVER: [&str; 2] = ["off", "0"];

/// How long something is kept; none is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepFor(Option<Duration>);

impl KeepFor {
    /// So many days.
    #[must_use]
    pub const fn from_days(days: u64) -> Self {
        Self(Some(Duration::from_secs(days * 86_400)))
    }

    /// How long; none is for ever.
    #[must_use]
    pub const fn to_duration(self) -> Option<Duration> {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if FOR_EVER.contains(&text) {
            return Some(Self(None));
        }
        let (number, day) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let seconds = match day.trim() {
            "d" | "day" | "days" => Some(86_400),
            "w" | "week" | "weeks" => Some(7 * 86_400),
            _ => None,
        };
        let length = match seconds {
            Some(seconds) => Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?),
            None => Span::parse(text)?.to_duration(),
        };
        // Nothing would be left of what has just ended: that is a slip, not a wish.
        (!length.is_zero()).then_some(Self(Some(length)))
    }
}

impl Serialize for KeepFor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(length) => serializer.collect_str(&format_args!("{}ms", length.as_millis())),
            None => serializer.serialize_str(FOR_EVER[0]),
        }
    }
}

impl<'de> Deserialize<'de> for KeepFor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = NumberOrText::deserialize(deserializer)?.into_text();
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a duration such as `14d` or `36h`, or `off`"))
    }
}

/// How many are kept; none is however many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepRows(Option<u64>);

impl KeepRows {
    /// So many.
    #[must_use]
    pub const fn new(rows: u64) -> Self {
        Self(Some(rows))
    }

    /// How many; none is however many there are.
    #[must_use]
    pub const fn to_number(self) -> Option<u64> {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if FOR_EVER.contains(&text) {
            return Some(Self(None));
        }
        text.parse().ok().map(Self::new)
    }
}

impl Serialize for KeepRows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(rows) => serializer.serialize_u64(rows),
            None => serializer.serialize_str(FOR_EVER[0]),
        }
    }
}

impl<'de> Deserialize<'de> for KeepRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = NumberOrText::deserialize(deserializer)?.into_text();
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a number of rows such as `1000000`, or `off`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ways_to_write_a_time_to_keep_are_understood() {
        let hours =
            |text| KeepFor::parse(text).map(|keep| keep.to_duration().map(|length| length.as_secs() / 3_600));
        assert_eq!(hours("14d"), Some(Some(336)));
        assert_eq!(hours("2 weeks"), Some(Some(336)));
        assert_eq!(hours("36h"), Some(Some(36)));
        assert_eq!(hours("7200"), Some(Some(2)));
        assert_eq!(hours("off"), Some(None));
        assert_eq!(hours("0"), Some(None));
        for text in ["", "d", "0d", "0s", "-1d", "1.5d", "soon", "99999999999999999999d"] {
            assert_eq!(hours(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_number_of_rows_is_whole_or_there_is_none() {
        assert_eq!(KeepRows::parse("1000000"), Some(KeepRows::new(1_000_000)));
        assert_eq!(KeepRows::parse("off"), Some(KeepRows(None)));
        assert_eq!(KeepRows::parse("0"), Some(KeepRows(None)));
        for text in ["", "-1", "1.5", "many"] {
            assert_eq!(KeepRows::parse(text), None, "{text:?}");
        }
    }
}
