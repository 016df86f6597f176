//! The API through its router, over a SQLite store. Close is a stand-in that answers as each story needs.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]
mod activation;
mod app;
mod audit;
mod auth;
mod careful;
mod catalog;
mod conditions;
mod conformance;
mod control;
mod credentials;
mod flood;
mod guards;
mod headers;
mod health;
mod ingress;
mod ingress_close;
mod limits;
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
mod session;
mod sources;
mod state_keys;
mod streams;
mod streams_access;
mod tokens;
mod validate;
mod workflows;
