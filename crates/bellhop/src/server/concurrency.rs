//! How many executions run on this node at once.

use std::num::NonZero;
use std::thread::available_parallelism;

use crate::config::Settings;

/// So many for each core, where the settings do not say.
///
/// Most of what runs waits: for somebody else's answer, or for the commit that it ends with. What comes in while all slots
/// are taken is written twice, as it is queued and as it is claimed, so that there are more of them than usually wait at once.
const FOR_EACH_CORE: usize = 256;

/// None where the node only takes.
pub(super) fn concurrency(settings: &Settings) -> usize {
    if !settings.role.works() {
        return 0;
    }
    settings
        .worker_concurrency
        .unwrap_or_else(|| FOR_EACH_CORE * available_parallelism().map_or(1, NonZero::get))
}
