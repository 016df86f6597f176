//! A program whose processes run scripts, for the tests: what `bellhop script-worker` is to the server.

use std::process::ExitCode;

fn main() -> ExitCode {
    bellhop_steps::script_worker()
}
