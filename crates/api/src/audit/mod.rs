//! The audit log: who changed what.

pub(crate) mod list;
mod note;

pub(crate) use self::note::note;
