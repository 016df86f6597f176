//! Whether this machine's clock is right, by the time that Close's API says it is.

use std::time::Duration;

use bellhop_workflow::time::{Clock, Timestamp};
use jiff::fmt::rfc2822;
use reqwest::Client;
use reqwest::header::DATE;

use super::{Finding, PATIENCE, chain};
use crate::config::Settings;

const CHECK: &str = "clock";

/// Less than this is the way there and back, and the whole seconds of the header.
const NOTABLE: Duration = Duration::from_secs(5);

pub(super) async fn examine(
    settings: &Settings,
    http: &Client,
    clock: &dyn Clock,
    uses_close: bool,
) -> Finding {
    let url = &settings.close_api_base;
    let answer = http.get(url).timeout(PATIENCE).send().await;
    let now = clock.now();
    let there = match answer {
        // Whatever it says to a call without a key, it says when.
        Ok(answer) => answer.headers().get(DATE).and_then(|date| rfc2822::parse(date.to_str().ok()?).ok()),
        Err(error) => {
            let detail = format!("Close's API ({url}) cannot be reached: {}", chain(&error.without_url()));
            let mend = "see `close_api_base`, the name service, and whether a firewall or proxy (HTTPS_PROXY) is in the way";
            return if uses_close {
                Finding::wrong(CHECK, detail, mend)
            } else {
                Finding::remark(CHECK, format!("{detail}; the clock was not compared"), mend)
            };
        }
    };
    let Some(there) = there else {
        let detail = format!("{url} does not say what time it is there; the clock was not compared");
        return Finding::remark(CHECK, detail, "see whether `close_api_base` is Close's");
    };
    compare(now, Timestamp::from_micros(there.timestamp().as_microsecond()), settings)
}

fn compare(now: Timestamp, there: Timestamp, settings: &Settings) -> Finding {
    let (skew, direction) = if now.as_micros() >= there.as_micros() {
        (now.since(there), "ahead of")
    } else {
        (there.since(now), "behind")
    };
    let tolerance = settings.timestamp_tolerance.to_duration();
    let detail = format!("this machine is {} s {direction} Close", skew.as_secs());
    let mend = "have the clock set by NTP (`timedatectl set-ntp true`)";
    if skew > tolerance {
        let so = format!(
            "{detail}, more than `timestamp_tolerance` ({} s): its deliveries are refused",
            tolerance.as_secs()
        );
        Finding::wrong(CHECK, so, mend)
    } else if skew > NOTABLE {
        Finding::remark(CHECK, detail, mend)
    } else {
        Finding::well(CHECK, "it agrees with Close's")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::care::doctor::Verdict;

    #[test]
    fn a_clock_is_judged_by_what_deliveries_are_judged_by() {
        let settings = Settings::default();
        let there = Timestamp::from_seconds(1_772_452_800);
        for (seconds, expected) in [
            (0, Verdict::Well),
            (4, Verdict::Well),
            (-60, Verdict::Remark),
            (299, Verdict::Remark),
            (301, Verdict::Wrong),
            (-7_200, Verdict::Wrong),
        ] {
            let now = Timestamp::from_micros(there.as_micros() + seconds * 1_000_000);
            assert_eq!(compare(now, there, &settings).verdict, expected, "{seconds}");
        }
    }
}
