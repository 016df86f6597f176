//! Credentials: values go in and never come out.

pub(crate) mod delete;
mod given;
pub(crate) mod list;
pub(crate) mod put;
pub(crate) mod shape;
pub(crate) mod show;
pub(crate) mod test;
