//! Tokens of the REST interface: each is shown once, as it is made.

pub(crate) mod create;
mod expiry;
pub(crate) mod list;
pub(crate) mod random;
pub(crate) mod revoke;
pub(crate) mod shape;
