//! Tests of the crate through its public door.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as the test itself does")]

mod catalogue;
mod close_api;
mod envelope;
mod event_fields;
mod fixtures;
mod hostile;
mod inbound;
mod lifecycle;
mod publication;
mod schedules;
mod schemes;
mod signature;
mod webhook_auth;
