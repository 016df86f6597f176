//! Durations as people write them: `5 min`, `30s`, `2h`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::size::NumberOrText;

/// A length of time. A bare number is in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(Duration);

impl Span {
    /// So many seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The length.
    #[must_use]
    pub const fn to_duration(self) -> Duration {
        self.0
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(seconds) = text.trim().parse::<u64>() {
            return Some(Self::from_seconds(seconds));
        }
        let span: jiff::SignedDuration = text.trim().parse().ok()?;
        Duration::try_from(span).ok().map(Self)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}ms", self.0.as_millis()))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = NumberOrText::deserialize(deserializer)?.into_text();
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected a duration such as `5 min`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ways_to_write_a_duration_are_understood() {
        let seconds = |text| Span::parse(text).map(|span| span.to_duration().as_secs());
        assert_eq!(seconds("5 min"), Some(300));
        assert_eq!(seconds("30s"), Some(30));
        assert_eq!(seconds("2h"), Some(7200));
        assert_eq!(seconds("45"), Some(45));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-5s"), None);
    }
}
