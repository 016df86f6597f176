//! The history of executions.

pub(crate) mod list;
pub(crate) mod prune;
pub(crate) mod shape;
pub(crate) mod show;
