//! The language through its public door.

#![expect(clippy::expect_used, reason = "what a test builds on may fail loudly")]

mod bombs;
mod diagnostics;
mod expressions;
mod filters;
mod parsing;
mod properties;
mod scope;
mod support;
mod testfile;
