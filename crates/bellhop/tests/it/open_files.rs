//! How many files the server may have open: it needs more than many systems give a process at first.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bellhop_testkit::process::Process;

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");

/// How many connections and executions there may be at once.
const CONNECTIONS: &str = "300";
const EXECUTIONS: &str = "10";

/// What `/proc` says of a server that has begun with these limits: soft and hard.
fn limits_of_one_with(ulimit: &str) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let begin = dir.path().join("begin");
    fs::write(&begin, format!("#!/bin/sh\nulimit {ulimit}\nexec '{BINARY}' \"$@\"\n")).unwrap();
    fs::set_permissions(&begin, fs::Permissions::from_mode(0o700)).unwrap();
    let variables = [("BELLHOP_MAX_CONNECTIONS", CONNECTIONS), ("BELLHOP_WORKER_CONCURRENCY", EXECUTIONS)];
    let server = Process::serve(begin.to_str().unwrap(), dir.path(), &variables);
    let limits = fs::read_to_string(Path::new("/proc").join(server.id().to_string()).join("limits")).unwrap();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let mut columns = files.split_whitespace().map(str::to_owned);
    (columns.next().unwrap(), columns.next().unwrap())
}

#[test]
fn it_may_open_as_many_as_it_needs_where_it_may_say_so_itself() {
    // 300 connections, 10 executions, 200 for the rest.
    let (soft, _) = limits_of_one_with("-S -n 256");
    assert_eq!(soft, "510");
}

#[test]
fn it_makes_do_with_what_the_system_gives() {
    assert_eq!(limits_of_one_with("-n 400"), ("400".to_owned(), "400".to_owned()));
}

#[test]
fn what_it_needs_no_more_of_stays_as_it_is() {
    let (soft, _) = limits_of_one_with("-S -n 600");
    assert_eq!(soft, "600");
}
