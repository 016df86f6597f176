//! The language through its public door.

#![expect(clippy::expect_used, reason = "what a test builds on may fail loudly")]

mod block_mistakes;
mod blocks;
mod bombs;
mod checks;
mod crontab;
mod crontab_properties;
mod crontab_zones;
mod diagnostics;
mod expressions;
mod filters;
mod grammar;
mod ids;
mod parsing;
mod properties;
mod roundtrip;
mod schedules;
mod scope;
mod support;
mod visibility;
mod workflow_keys;
