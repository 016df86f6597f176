//! The pauses between tries while the database does not do what it is asked to.

use std::error::Error;
use std::time::Duration;

use bellhop_storage::Outage;
use bellhop_workflow::ids::ExecutionId;
use tokio::time::Sleep;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Waits longer each time.
pub(crate) struct Patience {
    execution: ExecutionId,
    /// What it does not do.
    fault: &'static str,
    pause: Duration,
}

impl Patience {
    pub(crate) const fn new(execution: ExecutionId, fault: &'static str) -> Self {
        Self { execution, fault, pause: FIRST_PAUSE }
    }

    /// Tells the operator, unless the log was told of an outage already, and gives the pause to wait for.
    pub(crate) fn wait(&mut self, error: &(dyn Error + 'static)) -> Sleep {
        if Outage::is_behind(error) {
            tracing::debug!(execution = %self.execution, error, "{}, will try again", self.fault);
        } else {
            tracing::error!(execution = %self.execution, error, "{}, will try again", self.fault);
        }
        let pause = self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        tokio::time::sleep(pause)
    }
}
