//! What arrived at the inbound URLs, and what became of it.

pub(crate) mod list;
pub(crate) mod recover;
pub(crate) mod rejections;
pub(crate) mod replay;
mod seen;
pub(crate) mod shape;
pub(crate) mod show;
