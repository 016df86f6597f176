//! The program as a whole, from outside.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

mod cli;
mod control;
mod crash;
mod dependencies;
mod docs;
mod faults;
mod hostile;
mod refusals;
mod registrations;
mod retention;
mod rotation;
mod schedule;
mod secrets;
mod site;
mod sleep;
mod stopping;
mod story;
mod streams;
mod vendor;
