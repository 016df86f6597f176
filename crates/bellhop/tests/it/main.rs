//! The program as a whole, from outside.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

mod cli;
mod close_events;
mod control;
mod crash;
mod dependencies;
mod docs;
mod hostile;
mod publication;
mod recovery;
mod refusals;
mod retention;
mod schedule;
mod secrets;
mod sleep;
mod story;
mod vendor;
