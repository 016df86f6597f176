//! What starts workflows, and which events it has: the same on every server of this version.

pub(crate) mod events;
pub(crate) mod providers;
