//! The language through its public door.

#![expect(clippy::expect_used, reason = "what a test builds on may fail loudly")]

mod bombs;
mod crontab;
mod crontab_properties;
mod crontab_zones;
mod diagnostics;
mod expressions;
mod filters;
mod grammar;
mod parsing;
mod properties;
mod roundtrip;
mod scope;
mod schedules;
mod support;
