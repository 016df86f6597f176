//! The server: everything wired together, started and stopped.

mod concurrency;
pub(crate) mod cut_short;
pub(crate) mod database;
pub(crate) mod files;
pub(crate) mod keys;
mod listen;
mod logging;
mod refresh;
mod retention;
mod rotate;
mod running;
mod serve;
mod start;
mod tracing;
mod workflows;

pub use bellhop_steps::ScriptIsolation;

pub use self::files::{FileError, TOKEN_FILE};
pub use self::listen::TlsError;
pub use self::rotate::{RotateError, Rotated, rotate};
pub use self::running::Running;
pub use self::serve::serve;
pub use self::start::{StartError, start};
