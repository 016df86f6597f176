//! Waiting, and not waiting too long.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;

use super::{End, Interpreter};
use crate::journal::LetGo;

/// The longest pause that is waited for here. For a longer one the execution is put aside and holds a row, not a task
/// and a slot.
const LONGEST_PAUSE_IN_MEMORY: Duration = Duration::from_secs(1);

/// How the time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// As on the wall: short pauses are waited for.
    Real,
    /// Not at all while anything runs: each pause goes to whoever walks, who moves the clock.
    Virtual,
}

impl Interpreter<'_> {
    /// Returns true once it is `until`, where that is soon; false where the execution has to be put aside.
    pub(super) async fn wait(&self, until: Timestamp) -> Result<bool, LetGo> {
        let left = until.since(self.clock.now());
        if left.is_zero() {
            return Ok(true);
        }
        if self.timer == Timer::Virtual || left > LONGEST_PAUSE_IN_MEMORY {
            return Ok(false);
        }
        self.journal.flush().await?;
        tokio::time::sleep(left).await;
        Ok(true)
    }

    /// What comes of a walk that may take until `deadline`; nothing where the time was up before. A pause beyond the
    /// deadline is cut short by it.
    pub(crate) async fn within<T>(
        &self,
        deadline: Option<Timestamp>,
        walk: impl Future<Output = Result<End<T>, LetGo>>,
    ) -> Result<Option<End<T>>, LetGo> {
        let Some(deadline) = deadline else { return walk.await.map(Some) };
        let left = deadline.since(self.clock.now());
        if left.is_zero() {
            // Not even polled: its first steps may be done before a timer is looked at.
            return Ok(None);
        }
        let end = if self.timer == Timer::Virtual {
            walk.await?
        } else {
            let time_is_up = async {
                tokio::time::sleep(left).await;
                self.journal.quiet().await
            };
            tokio::select! {
                biased;
                end = walk => end?,
                _quiet = time_is_up => return Ok(None),
            }
        };
        Ok(Some(match end {
            End::Pause(until) => End::Pause(Some(until.map_or(deadline, |until| until.min(deadline)))),
            end => end,
        }))
    }
}
