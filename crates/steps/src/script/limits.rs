//! What a script may use up.

use std::time::Duration;

/// Memory, in bytes: all that the engine allocates for it.
pub(super) const MEMORY: usize = 64 * 1024 * 1024;

/// Stack, in bytes: well below what a thread has.
pub(super) const STACK: usize = 512 * 1024;

/// What it may return, in bytes of JSON.
pub(super) const OUTPUT: usize = 1024 * 1024;

/// How many lines it may log.
pub(super) const LOG_LINES: usize = 1_000;

/// How much it may log, in bytes.
pub(super) const LOG_BYTES: usize = 256 * 1024;

/// The longest time that a step's `timeout` can give it.
pub(super) const LONGEST_TIME: Duration = Duration::from_mins(1);
