//! What keeps a measurement from being made. A target that is missed is none of these.

use std::path::PathBuf;

use crate::load::{ExchangeError, LoadError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// Something of the system's.
    #[error("{what}: {source}")]
    Io {
        /// What was to be done.
        what: String,
        /// Why it was not.
        source: std::io::Error,
    },
    /// The place for the databases is no disk.
    #[error("{0} is in memory (tmpfs): figures of a disk need one; choose another place with `--dir`")]
    InMemory(PathBuf),
    /// The server's binary is not there.
    #[error(
        "{0} is not there: build it with `cargo build --release --package bellhop`, or name it with `--server`"
    )]
    NoServer(PathBuf),
    /// A child did not come up.
    #[error("{what} did not come up within {seconds} s; its log ends with:\n{log}")]
    NotUp {
        /// Which.
        what: &'static str,
        /// How long it was waited for.
        seconds: u64,
        /// The last lines.
        log: String,
    },
    /// The simulated Close.
    #[error("the simulated Close: {0}")]
    Close(#[from] close_simulator::StartError),
    /// The load.
    #[error("{0}")]
    Load(#[from] LoadError),
    /// A request beside the load.
    #[error("{0}")]
    Exchange(#[from] ExchangeError),
    /// REST.
    #[error("REST: {0}")]
    Rest(#[from] reqwest::Error),
    /// An answer that says no.
    #[error("REST: {place} was answered {status}: {body}")]
    Refused {
        /// Method and path.
        place: String,
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// The server's database, read from here.
    #[error("the server's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The server's database, prepared from here.
    #[error("preparing the database: {0}")]
    Store(#[from] bellhop_storage::StoreError),
    /// The same, a write about an execution.
    #[error("preparing the database: {0}")]
    Write(#[from] bellhop_storage::WriteError),
    /// The server did not do what it should.
    #[error("{0}")]
    Wrong(String),
}

impl BenchError {
    /// For `map_err`: what was to be done.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
