//! The API through its router, over a SQLite store. Close is a stand-in that answers as each story needs.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]
mod activation;
mod app;
mod auth;
mod careful;
mod catalog;
mod conformance;
mod control;
mod credentials;
mod flood;
mod ingress;
mod ingress_close;
mod lists;
mod node;
mod openapi;
mod outage;
mod problems;
mod prune;
mod respond;
mod resume;
mod run;
mod schemes;
mod sources;
mod state_keys;
mod streams;
mod validate;
mod workflows;
