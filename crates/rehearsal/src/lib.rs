//! Runs the tests that travel with a workflow.
//!
//! A case is rehearsed with the executor's own interpreter, in memory: what a step gets from outside comes from the case's
//! mocks, every pause only moves the clock of the rehearsal, and nothing touches a network, a database or the machine's
//! time. The outcome is held against what the case expects, and what it reached is counted for the coverage.
//!
//! # Adding a matcher
//! 1. Its variant and key, as `bellhop_workflow::testfile` says.
//! 2. What it takes in `matching/compare.rs`, and how it reads in `matching/describe.rs`.

mod admission;
mod case;
mod coverage;
mod expectations;
mod failure;
mod matching;
mod stage;

pub use self::case::{CaseReport, Rehearser};
pub use self::coverage::{Coverage, Reached};
pub use self::failure::Failure;
pub use self::matching::Difference;
