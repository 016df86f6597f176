//! The language through its public door.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "what a test builds on may fail loudly")]

mod agreement;
mod block_mistakes;
mod blocks;
mod bombs;
mod checks;
mod close_calls;
mod close_trigger;
mod crontab;
mod crontab_properties;
mod crontab_zones;
mod diagnostics;
mod event_fields;
mod expressions;
mod filters;
mod grammar;
mod ids;
mod inputs;
mod mistakes;
mod parsing;
mod properties;
mod rendered_once;
mod rerun;
mod roundtrip;
mod schedules;
mod scope;
mod sharing;
mod support;
mod testfile;
mod visibility;
mod with;
mod workflow_keys;
