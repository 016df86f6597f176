//! The simulator through its public door.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail as tests do: by a panic")]

mod bodies;
mod client;
mod control;
mod deliveries;
mod delivery_faults;
mod event_log;
mod faults;
mod objects;
mod signature;
mod webhooks;
