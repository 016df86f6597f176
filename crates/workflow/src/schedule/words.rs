//! What a schedule goes by, in words.

use std::fmt::Write as _;
use std::time::Duration;

use crate::model::{ScheduleTrigger, Timing};

const UNITS: [(&str, u128); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl ScheduleTrigger {
    /// What it goes by, in a line: `0 9 * * 1-5 Europe/Berlin`, `every 1h30m`. Two triggers that fire at the same times
    /// for the same reason say the same.
    #[must_use]
    pub fn timing_in_words(&self) -> String {
        match &self.timing {
            Timing::Cron(expression) => {
                let fields: Vec<&str> = expression.split_whitespace().collect();
                format!("{} {}", fields.join(" "), self.timezone)
            }
            Timing::Every(interval) => format!("every {}", interval_in_words(*interval)),
        }
    }
}

/// An interval as a workflow has it: `1h30m`. What is below a millisecond is left out.
#[must_use]
pub fn interval_in_words(interval: Duration) -> String {
    let mut left = interval.as_millis();
    let mut words = String::new();
    for (unit, millis) in UNITS {
        let count = left / millis;
        left %= millis;
        if count > 0 {
            // Writing to a `String` cannot fail.
            let _ = write!(words, "{count}{unit}");
        }
    }
    if words.is_empty() { "0s".to_owned() } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_reads_as_it_is_written_in_a_workflow() {
        for (millis, words) in
            [(0, "0s"), (1_500, "1s500ms"), (900_000, "15m"), (5_400_000, "1h30m"), (90_061_000, "1d1h1m1s")]
        {
            assert_eq!(interval_in_words(Duration::from_millis(millis)), words);
        }
    }
}
