//! How many connections there may be.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many files the database and the rest may have open, beside connections and executions.
const BESIDE: u64 = 200;

/// So many at least, whatever the system says.
const FEWEST: usize = 16;

/// As many as the settings say, or as the system has files for: where none are left, neither the database nor a step could
/// open anything. Each of so many executions may have one open, a call to somewhere for instance.
pub(in crate::server) fn connections(wanted: usize, executions: usize) -> usize {
    let wanted = wanted.max(1);
    let beside = BESIDE.saturating_add(executions as u64);
    let Some(files) = files(beside.saturating_add(wanted as u64)) else { return wanted };
    let possible = usize::try_from(files.saturating_sub(beside)).unwrap_or(usize::MAX).max(FEWEST);
    if possible < wanted {
        tracing::warn!(
            files,
            "the system lets this process open so many files: at most {possible} connections are taken at once, not {wanted}"
        );
    }
    possible.min(wanted)
}

/// How many files the process may open, of so many that it needs; none where there is no limit. What the system gives a
/// process is often less than the process may give itself. It takes no more than it needs: its children have the same
/// limit, and some of them close whatever may be open, one by one.
fn files(needed: u64) -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let now = current?;
    let possible = maximum.map_or(needed, |maximum| maximum.min(needed));
    let raised =
        now < possible && setrlimit(Resource::Nofile, Rlimit { current: Some(possible), maximum }).is_ok();
    Some(if raised { possible } else { now })
}
