//! The server: everything wired together, started and stopped.

mod files;
mod logging;
mod refresh;
mod serve;
mod start;
mod workflows;

pub use self::files::{FileError, TOKEN_FILE};
pub use self::serve::serve;
pub use self::start::{Running, StartError, start};
