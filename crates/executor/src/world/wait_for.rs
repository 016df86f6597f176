//! `wait_for`: stops until its resume URL is called. What was posted is its output, null where that was nothing.

use bellhop_steps::Outcome;

use super::store::{StoreWorld, read};
use super::{Attempt, Progress};
use crate::journal::LetGo;

impl StoreWorld<'_> {
    /// Looks whether it was resumed. A call that came before the step was reached counts, and so does one that comes
    /// before the end of its time is written down.
    pub(super) async fn wait_for(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        let (store, execution) = (&self.parts.store, self.claimed.id);
        let path = attempt.record.path.as_str();
        // One that may be tried again goes on waiting under the same URL.
        let is_last = attempt.is_late && attempt.step.retry.pause_after(attempt.record.attempts).is_none();
        let now = attempt.now;
        let payload = read(execution, || async move {
            if is_last {
                store.expire_wait(execution, path, now).await
            } else {
                store.resumed(execution, path).await
            }
        })
        .await?;
        Ok(payload.map_or(Progress::Waits, |payload| {
            let mut payload = payload;
            self.parts.redactor.redact_value(&mut payload);
            Progress::Ended(Ok(Outcome::Output(payload)))
        }))
    }
}
