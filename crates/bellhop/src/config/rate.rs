//! Rates as people write them: `100/s`, `600/min`, `off`.

use std::num::NonZeroU32;
use std::time::Duration;

use bellhop_api::Rate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many in how long; or however many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit(Option<Rate>);

impl RateLimit {
    /// So many a second.
    #[must_use]
    pub const fn each_second(count: NonZeroU32) -> Self {
        Self(Some(Rate { count, period: Duration::from_secs(1) }))
    }

    /// The rate; none where there is no limit.
    #[must_use]
    pub const fn to_rate(self) -> Option<Rate> {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if matches!(text, "off" | "0") {
            return Some(Self(None));
        }
        let (count, period) = text.split_once('/')?;
        let seconds = match period.trim() {
            "s" | "sec" | "second" => 1,
            "m" | "min" | "minute" => 60,
            "h" | "hour" => 3_600,
            _ => return None,
        };
        let count = count.trim().parse().ok()?;
        Some(Self(Some(Rate { count, period: Duration::from_secs(seconds) })))
    }
}

impl Serialize for RateLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(Rate { count, period }) = self.0 else { return serializer.serialize_str("off") };
        let period = match period.as_secs() {
            1 => "s",
            60 => "min",
            _ => "h",
        };
        serializer.serialize_str(&format!("{count}/{period}"))
    }
}

impl<'de> Deserialize<'de> for RateLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = super::size::NumberOrText::deserialize(deserializer)?.into_text();
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a rate such as `100/s` or `600/min`, or `off`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(count: u32, seconds: u64) -> RateLimit {
        let count = NonZeroU32::new(count).unwrap();
        RateLimit(Some(Rate { count, period: Duration::from_secs(seconds) }))
    }

    #[test]
    fn rates_are_read() {
        assert_eq!(RateLimit::parse("100/s"), Some(rate(100, 1)));
        assert_eq!(RateLimit::parse(" 600 / min "), Some(rate(600, 60)));
        assert_eq!(RateLimit::parse("2/hour"), Some(rate(2, 3_600)));
        assert_eq!(RateLimit::parse("off"), Some(RateLimit(None)));
        for text in ["", "100", "0/s", "-1/s", "fast", "1/day", "1/s/s"] {
            assert_eq!(RateLimit::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_rate_is_written_as_it_is_read() {
        for text in ["100/s", "600/min", "2/h", "off"] {
            let rate = RateLimit::parse(text).unwrap();
            assert_eq!(serde_json::to_value(rate).unwrap(), text);
        }
    }
}
