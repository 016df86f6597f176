//! Holding a value against what it is to look like.

mod compare;
mod describe;
mod numbers;
mod show;

use bellhop_workflow::testfile::Matcher;
use serde_json::Value;

pub(crate) use self::show::shown;

/// Where a value is not what it is to be. Only the part that differs is in it, and long values are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The place: `steps.tell.with.json.text`.
    pub path: String,
    /// What was expected there, in words or as JSON.
    pub expected: String,
    /// What is there.
    pub got: String,
}

/// Every place where `value` is not what `matcher` asks for; `path` is the place of the whole.
pub(crate) fn differences(matcher: &Matcher, value: Option<&Value>, path: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    compare::compare(matcher, value, path, &mut found);
    found
}
