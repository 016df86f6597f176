//! What goes into a run of a script, and what comes out of it. Plain data: the engine sees nothing else,
//! and another process can be told.

use std::time::Duration;

use bellhop_workflow::journal::LogLevel;
use serde::{Deserialize, Serialize};

/// A script and its world.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// The body of an async function.
    pub(super) code: String,
    /// Its globals, each as JSON text.
    pub(super) globals: Vec<(String, String)>,
    /// The present, in milliseconds since the Unix epoch.
    pub(super) now: i64,
    /// What `Math.random` grows from.
    pub(super) seed: [u32; 4],
    /// How long it may take.
    pub(super) time: Duration,
}

/// What a run leaves.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Report {
    /// What it logged, in order.
    pub(super) lines: Vec<(LogLevel, String)>,
    /// What it returned, as JSON text.
    pub(super) result: Result<String, Mishap>,
}

impl Report {
    /// Of a script that nobody waits for any longer: what it logged is lost with it.
    pub(super) fn overdue() -> Self {
        Self { lines: Vec::new(), result: Err(Mishap::TooLong) }
    }
}

/// Why there is no result.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Mishap {
    /// Its time was up.
    TooLong,
    /// It logged more than a log holds.
    PrintsForEver,
    /// It needed more memory than there is for it.
    TooMuchMemory,
    /// Nobody waits for it any more.
    Cancelled,
    /// It returned more than a step may give.
    TooLarge,
    /// It awaits what never comes.
    NeverSettles,
    /// It is wrong, or threw.
    Threw {
        /// The engine's words, or the script's own.
        message: String,
        /// Line and column in `code`, from 1, where they are known.
        place: Option<(usize, usize)>,
    },
}
