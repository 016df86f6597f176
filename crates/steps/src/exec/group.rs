//! The processes of one command: the program, and what it started in turn.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// Ends a whole process group when it goes.
///
/// The system does not give the number to another group while one of this group's processes lives. Where none does,
/// there is nothing to end; that the number has been given away in the instant since is not to be expected of a
/// system that counts on before it begins anew.
pub(super) struct Group(Option<Pid>);

impl Group {
    /// The group that the child leads.
    pub(super) fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // It fails where all of them have ended by themselves, which is as good.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
