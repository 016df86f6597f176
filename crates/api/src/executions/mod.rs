//! The history of executions.

pub(crate) mod cancel;
pub(crate) mod list;
pub(crate) mod prune;
pub(crate) mod repeat;
pub(crate) mod retry;
pub(crate) mod seen;
pub(crate) mod shape;
pub(crate) mod show;
pub(crate) mod stream;
pub(crate) mod wait;
