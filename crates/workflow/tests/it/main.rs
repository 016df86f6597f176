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
mod inputs;
mod mistakes;
mod parsing;
mod properties;
mod scope;
mod support;
mod testfile;
mod visibility;
mod with;
mod workflow_keys;
