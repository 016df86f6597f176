//! What the system says of this process.

use crate::Meters;

/// Memory, processor time, open files and threads of this process; nothing where the system is not Linux.
#[must_use]
pub fn process() -> Meters {
    let meters = Meters::default();
    #[cfg(target_os = "linux")]
    {
        let collector = prometheus::process_collector::ProcessCollector::for_self();
        // Nothing else is registered here, so that no name is taken.
        drop(meters.0.register(Box::new(collector)));
    }
    meters
}
