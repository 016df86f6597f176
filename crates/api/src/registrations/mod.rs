//! What triggers have at their vendors.

pub(crate) mod list;
pub(crate) mod reconcile;
pub(crate) mod shape;
