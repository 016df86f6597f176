//! Any text as a crontab expression: what is taken fires later and later, in a zone whose clocks change.

#![no_main]

use std::sync::LazyLock;

use bellhop_workflow::schedule::{Cron, TimeZone, time_zone};
use bellhop_workflow::time::Timestamp;
use libfuzzer_sys::fuzz_target;

static ZONE: LazyLock<TimeZone> = LazyLock::new(|| time_zone("Europe/Berlin").expect("the zone exists").1);

fuzz_target!(|text: &str| {
    let Ok(cron) = Cron::parse(text) else { return };
    // A day before the clocks go forward.
    let mut last = Timestamp::from_seconds(1_774_652_400);
    for _ in 0..5 {
        let Some(next) = cron.next_after(last, &ZONE) else { return };
        assert!(next > last, "{next} does not come after {last}");
        last = next;
    }
});
