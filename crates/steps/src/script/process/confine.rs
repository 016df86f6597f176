//! What a process for scripts gives up before its first script: an engine that somebody has turned against its host
//! finds little there. It is the second line; the engine's own limits are the first.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Address space, in bytes, beside what the process has when it begins: an allocator may have set more than that aside
/// already, without using it. The engine's memory is bounded far below it; the rest is the job and its report.
const ADDRESS_SPACE: u64 = 1024 * 1024 * 1024;

/// Standard input, output and error, which are open: no file and no socket comes to them.
const DESCRIPTORS: u64 = 3;

/// Confines this process for good. What the system does not know or refuses is left as it is.
pub(super) fn confine() {
    // For whoever looks at a list of processes: the name of the file alone would be `exe`.
    let _ = fs::write("/proc/self/comm", "bellhop-script");
    // Where memory runs out, the server is worth more than one script.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    lower(Resource::As, ADDRESS_SPACE.saturating_add(present_address_space()));
    // A core dump would write the event to the disk.
    lower(Resource::Core, 0);
    lower(Resource::Nofile, DESCRIPTORS);
    // No further process and no further thread.
    lower(Resource::Nproc, 0);
}

/// In bytes; where the system does not tell, what hardly a program has.
fn present_address_space() -> u64 {
    let told = fs::read_to_string("/proc/self/statm").ok();
    let pages = told.as_deref().and_then(|told| told.split(' ').next()?.parse::<u64>().ok());
    pages.map_or(4 * ADDRESS_SPACE, |pages| pages.saturating_mul(rustix::param::page_size() as u64))
}

/// Lowers a limit, or leaves it where it is lower already.
fn lower(resource: Resource, limit: u64) {
    let Rlimit { maximum, .. } = getrlimit(resource);
    let limit = Some(maximum.map_or(limit, |maximum| maximum.min(limit)));
    let _ = setrlimit(resource, Rlimit { current: limit, maximum: limit });
}
