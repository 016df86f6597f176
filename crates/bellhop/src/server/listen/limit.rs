//! How many connections there may be.

use rustix::process::{Resource, getrlimit};

/// How many files the database, the steps and the rest may have open beside them.
const BESIDE: u64 = 200;

/// So many at least, whatever the system says.
const FEWEST: usize = 16;

/// As many as the settings say, or as the system has files for: where none are left, neither the database nor a step could
/// open anything.
pub(in crate::server) fn connections(wanted: usize) -> usize {
    let wanted = wanted.max(1);
    let Some(files) = getrlimit(Resource::Nofile).current else { return wanted };
    let possible = usize::try_from(files.saturating_sub(BESIDE)).unwrap_or(usize::MAX).max(FEWEST);
    if possible < wanted {
        tracing::warn!(
            files,
            "the system lets this process open so many files: at most {possible} connections are taken at once, not {wanted}"
        );
    }
    possible.min(wanted)
}
