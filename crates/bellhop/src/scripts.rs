//! Scripts run in processes of this same program.

use std::path::PathBuf;
use std::time::Duration;

use bellhop_steps::ScriptIsolation;

/// How long a process waits for the next script.
const IDLE: Duration = Duration::from_secs(30);

/// What keeps the scripts of this program apart from it. Only for the program itself: in another one that has this
/// crate in it, a test for instance, there is nobody who knows what the processes are for.
pub(crate) fn in_processes() -> ScriptIsolation {
    ScriptIsolation::Process { program: this_program(), idle: IDLE }
}

/// On Linux the image that is running, also when its file has been replaced by a newer version meanwhile.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        "/proc/self/exe".into()
    } else {
        // What cannot be found cannot be started, and then a step says so.
        std::env::current_exe().unwrap_or_default()
    }
}
