//! The `bellhop` program.

use std::process::ExitCode;

/// What comes in on one thread is given back on another all the time, which the system's allocator is slow at. This one hands
/// out next what was given back last, which is still in the processor's cache.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // Before anything else, as a process for scripts is to be quick, and is nobody's command.
    if std::env::args_os().skip(1).eq([bellhop_steps::SCRIPT_WORKER]) {
        return bellhop_steps::script_worker();
    }
    bellhop::cli::main()
}
