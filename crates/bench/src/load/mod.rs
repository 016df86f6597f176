//! The load generator: signed deliveries over many keep-alive connections, from one thread.
//!
//! It shares the machine with what it measures, so it is cheap: one buffer a connection, patched and signed for each
//! request, and no more of HTTP than it needs. Everything of it lives on the thread of a
//! [`LocalSet`](tokio::task::LocalSet).

mod connection;
mod histogram;
mod pace;
mod request;
mod run;
mod tally;

pub(crate) use self::connection::{Connection, ExchangeError};
pub(crate) use self::pace::{Backlog, Pace};
pub(crate) use self::request::{RequestTemplate, Signing, Target};
pub(crate) use self::run::{Load, LoadError, Window};
pub(crate) use self::tally::{Latencies, Tally};
