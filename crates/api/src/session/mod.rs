//! Browsers: opened with a token, which they need not keep, and shut again.

pub(crate) mod close;
pub(crate) mod open;
mod shape;
pub(crate) mod show;
