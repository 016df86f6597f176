//! The `bellhop` program.

use std::process::ExitCode;

/// What comes in on one thread is given back on another all the time, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything else, as a process for scripts is to be quick, and is nobody's command.
    if std::env::args_os().skip(1).eq([bellhop_steps::SCRIPT_WORKER]) {
        return bellhop_steps::script_worker();
    }
    bellhop::cli::main()
}
