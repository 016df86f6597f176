//! The `bellhop` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else, as a process for scripts is to be quick, and is nobody's command.
    if std::env::args_os().skip(1).eq([bellhop_steps::SCRIPT_WORKER]) {
        return bellhop_steps::script_worker();
    }
    bellhop::cli::main()
}
