//! The step kinds through the one door, against servers on this machine.

#![expect(clippy::unwrap_used, reason = "in a helper of tests, too, a panic is the message")]

mod attacker;
mod authentication;
mod close;
mod close_path;
mod email;
mod exec;
mod failures;
mod mail_server;
mod pure;
mod reach;
mod redirects;
mod request;
mod response;
mod script;
mod script_memory;
mod script_process;
mod sql;
mod support;
