//! The built-in step kinds, one file each.
//!
//! A [`StepRunner`] runs one attempt of one step: rendered input in, output or failure out. It keeps no state between
//! attempts; retries, timers and the journal are the executor's.
//!
//! # Adding a kind
//! 1. A variant of [`StepKind`](bellhop_workflow::model::StepKind); the compiler then names `runner.rs`.
//! 2. A file here with `run`: it reads its input through `input.rs`, and gives back what later steps see.
//! 3. Its story in `tests/it/`. Redaction is done once for all kinds, in `runner.rs`.

mod client;
mod close;
mod credential;
mod email;
mod exchange;
mod exec;
mod fail;
mod failure;
mod http;
mod input;
mod log;
mod reach;
mod return_step;
mod runner;
mod script;
mod set;
mod sql;

pub use self::client::ClientError;
pub use self::credential::CredentialSource;
pub use self::failure::StepFailure;
pub use self::reach::Reach;
pub use self::runner::{Call, Outcome, RunnerError, StepRunner, default_timeout};
pub use self::script::{SCRIPT_WORKER, ScriptIsolation, script_worker};
