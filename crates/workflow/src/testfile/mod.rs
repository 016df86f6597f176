//! `*.test.yaml`: the cases that a workflow is rehearsed with, and what is expected of each.
//!
//! This is what such a file means; reading it is in `parse/testfile/`, carrying it out in the `rehearsal` crate.
//!
//! # Adding something that can be expected
//! 1. A field of [`Expectation`] or [`StepExpectation`], or a variant of [`Matcher`].
//! 2. Its key in `parse/testfile/`, and what it means in the `rehearsal` crate.
//! 3. Its line in `docs/testing.md`.

mod expect;
mod matcher;
mod mock;

use indexmap::IndexMap;
use serde_json::{Map, Value};

pub use self::expect::{CaseStatus, Expectation, StepExpectation, Took};
pub use self::matcher::{Comparison, Matcher, TypeWord};
pub use self::mock::{Answer, Mock, MockError, Reply};
use crate::ids::{StepId, TriggerId, WorkflowName};
pub use crate::parse::testfile::{Companion, ParsedTests, parse, workflow_named};
use crate::time::Timestamp;

/// When a case happens that does not say when: 2026-01-01T00:00:00Z.
pub const DEFAULT_NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// The tests of one workflow.
#[derive(Debug, Clone)]
pub struct TestFile {
    /// The workflow that they are of, where the file says it; else it is the one that the file is named after.
    pub workflow: Option<WorkflowName>,
    /// The cases, in the order of the file; at least one.
    pub cases: Vec<Case>,
}

/// One case: what happens, what stands in for the world, and what is to come of it. What `defaults` says is in it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What a reader calls it; unique in its file.
    pub name: String,
    /// The line it begins on, from 1.
    pub line: usize,
    /// The event, as far as it is written out; none where it is started without one.
    pub event: Option<Map<String, Value>>,
    /// The inputs of a start by hand.
    pub inputs: Option<Map<String, Value>>,
    /// The trigger it comes through; none for the first one that takes the event.
    pub trigger: Option<TriggerId>,
    /// When it happens.
    pub now: Timestamp,
    /// What stands in for steps.
    pub mocks: IndexMap<StepId, Mock>,
    /// What is to come of it.
    pub expect: Expectation,
}
