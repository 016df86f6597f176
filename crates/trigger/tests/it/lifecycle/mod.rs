//! Switching workflows on and off against a simulated Close, on both databases.

mod activate;
mod deactivate;
mod failures;
mod interrupted;
mod reconcile;
mod update;
mod webhooks;
pub(crate) mod world;
