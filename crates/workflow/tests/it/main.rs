//! The language through its public door.

#![expect(clippy::expect_used, reason = "what a test builds on may fail loudly")]

mod block_mistakes;
mod blocks;
mod bombs;
mod checks;
mod diagnostics;
mod expressions;
mod filters;
mod ids;
mod parsing;
mod properties;
mod scope;
mod support;
mod visibility;
mod workflow_keys;
