//! Has the linker lay side by side what a start, an idle server and executions call of the program's code.
//!
//! Linux maps sixteen pages of a program where one is needed. Of code that lies anywhere among 35 MB, an idle server so
//! holds more than half. What is called is in `layout.txt`, which `scripts/layout` writes; names in it that are no more
//! are passed over.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=layout.txt");
    let layout = path("CARGO_MANIFEST_DIR").join("layout.txt");
    let arguments = [
        format!("-Wl,--symbol-ordering-file={}", layout.display()),
        "-Wl,--no-warn-symbol-ordering".to_owned(),
    ];
    // In other builds the functions' names are others.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") && is_understood(&arguments) {
        for argument in arguments {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}

/// Whether the linker knows these: LLVM's does, which Rust brings along for Linux on x86-64; for others they are an error.
/// To find out, a program of nothing is linked as the binary will be.
fn is_understood(arguments: &[String]) -> bool {
    let dir = path("OUT_DIR");
    let source = dir.join("probe.rs");
    if fs::write(&source, "fn main() {}\n").is_err() {
        return false;
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let flags = flags.split('\u{1f}').filter(|flag| !flag.is_empty());
    let linker = env::var("RUSTC_LINKER").map(|linker| format!("-Clinker={linker}"));
    let mut rustc = Command::new(path("RUSTC"));
    rustc.args(["--crate-name=probe", "--crate-type=bin", "--edition=2024", "--target"]);
    rustc.arg(path("TARGET")).arg("--out-dir").arg(&dir).args(flags).args(linker);
    rustc.args(arguments.iter().map(|argument| format!("-Clink-arg={argument}")));
    let status = rustc.arg(&source).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn path(variable: &str) -> PathBuf {
    env::var_os(variable).map(PathBuf::from).unwrap_or_default()
}
