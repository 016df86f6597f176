//! Why nobody knows what became of a script.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

/// What a script ran in has let it down.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    /// The thread panicked.
    #[error("the script's thread ended early")]
    Thread,
    /// There is no process for it.
    #[error("the script's process cannot be started: {0}")]
    NotStarted(#[source] io::Error),
    /// The process crashed, or somebody killed it: the system where memory ran out, for instance.
    #[error("the script's process ended early ({})", how(*.0))]
    Ended(ExitStatus),
    /// The process cannot be spoken with.
    #[error("the script's process cannot be understood: {0}")]
    Garbled(#[source] io::Error),
}

fn how(status: ExitStatus) -> String {
    match status.signal() {
        Some(signal) => format!("signal {signal}"),
        None => status.to_string(),
    }
}
