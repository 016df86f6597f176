//! The program as a whole, from outside.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

mod access;
mod attacker;
mod care;
mod cli;
mod close_events;
mod close_step;
mod control;
mod crash;
mod dependencies;
mod docs;
mod faults;
mod metrics;
mod open_files;
mod publication;
mod recovery;
mod registrations;
mod retention;
mod roles;
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
mod traces;
mod vendor;
mod vendors;
