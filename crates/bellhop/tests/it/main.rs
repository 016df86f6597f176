//! The program as a whole, from outside.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

mod access;
mod care;
mod cli;
mod close_events;
mod close_step;
mod connections;
mod control;
mod crash;
mod dependencies;
mod docs;
mod faults;
mod hostile;
mod metrics;
mod publication;
mod recovery;
mod refusals;
mod registrations;
mod retention;
mod rotation;
mod schedule;
mod scripts;
mod secrets;
mod sharing;
mod site;
mod sleep;
mod stopping;
mod story;
mod streams;
mod tls;
mod vendor;
mod vendors;
