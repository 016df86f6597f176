//! The benchmark as a whole: that it measures, not what.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get ends it")]

use std::path::PathBuf;
use std::process::{Command, Output};

const BENCH: &str = env!("CARGO_BIN_EXE_bellhop-bench");

fn bench(arguments: &[&str]) -> Output {
    Command::new(BENCH).args(["--quick", "--seconds", "0.2"]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The server's binary, which `cargo build --workspace` or `cargo test --workspace` puts beside this one.
fn server() -> PathBuf {
    let beside = PathBuf::from(BENCH).with_file_name("bellhop");
    assert!(beside.exists(), "{} is not there: `cargo build -p bellhop` makes it", beside.display());
    beside
}

#[test]
fn a_short_run_measures_everything_and_writes_it_down() {
    let server = server();
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let json = dir.path().join("figures.json");

    let run = bench(&[
        "--history",
        "300",
        "--server",
        server.to_str().unwrap(),
        "--dir",
        dir.path().to_str().unwrap(),
        "--json",
        json.to_str().unwrap(),
    ]);

    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let figures = document["figures"].as_array().unwrap();
    let asked: Vec<_> = figures.iter().filter(|figure| figure["met"].is_boolean()).collect();
    assert_eq!(asked.len(), 12, "each line of the table of targets is judged: {asked:#?}");
    for figure in figures {
        assert!(text(&run.stdout).contains(figure["name"].as_str().unwrap()), "{figure}");
        // So short a window may end before an execution does, but not before an answer comes.
        let is_answers = figure["unit"] == "per_second" && figure["group"] == "bare server";
        assert!(!is_answers || figure["value"].as_f64().unwrap() > 0.0, "{figure}");
    }
    let left: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["figures.json"], "the databases are removed");
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_missing() {
    let run = bench(&["--server", "no/such/server", "--dir", env!("CARGO_TARGET_TMPDIR")]);
    assert!(!run.status.success());
    assert!(text(&run.stderr).contains("no/such/server is not there"), "{}", text(&run.stderr));
}
