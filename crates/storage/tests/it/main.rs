//! One conformance suite for both databases: every statement of the crate is run on each of them here.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without fails it")]

mod answers;
mod audit;
mod cancel;
mod changes;
mod claims;
mod copies;
mod credentials;
mod deliveries;
mod failures;
mod fairness;
mod gates;
mod history;
mod holds;
mod intake;
mod journal;
mod lost;
mod migrations;
mod moving;
mod opening;
mod recovery;
mod refusals;
mod registrations;
mod reseal;
mod retention;
mod schedules;
mod seats;
mod state;
mod support;
mod tokens;
mod upgrade;
mod waits;
mod watching;
mod workflows;
