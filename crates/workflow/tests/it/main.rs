//! The language through its public door.

#![expect(clippy::expect_used, reason = "what a test builds on may fail loudly")]

mod bombs;
mod diagnostics;
mod event_fields;
mod expressions;
mod filters;
mod inputs;
mod mistakes;
mod parsing;
mod properties;
mod support;
mod with;
