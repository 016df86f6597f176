//! Rehearsals through the public door: a workflow and its test file in, what is said of each case out.

#![expect(clippy::expect_used, reason = "what a test builds on may fail loudly")]

mod coverage;
mod delays;
mod matchers;
mod mocks;
mod steps;
mod support;
mod triggers;
