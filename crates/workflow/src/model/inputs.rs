//! `inputs:` of a `manual` trigger: what a start by hand has to give.

use indexmap::IndexMap;
use serde_json::Value;

/// The inputs of a workflow, in the order of the file. Where a trigger says none, anything is taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inputs {
    /// Each by its name.
    pub fields: IndexMap<String, Input>,
}

/// One input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// What it must be, as a JSON Schema (draft 2020-12): `type`, `enum`, `items`, `minimum` and so on, with the
    /// `description`.
    pub schema: Value,
    /// Whether a start without it is refused.
    pub required: bool,
    /// What it is where it is left out.
    pub default: Option<Value>,
}
