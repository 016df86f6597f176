//! `script` in processes of their own: what no other isolation can end is ended, and nothing stays behind.

use std::net::TcpListener;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::Duration;

use bellhop_steps::{Outcome, ScriptIsolation, StepFailure, StepRunner};
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::exec::gone;
use crate::support::{SCRIPT_PROGRAM, output, run, runner_for};

const A_TEXT_SEARCH: &str = "return 'a'.repeat(2e7).indexOf('a'.repeat(1e7) + 'b')";
const A_SORT: &str = "const texts = ['a'.repeat(2e7), 'a'.repeat(2e7)];\n\
                      Array.from({ length: 250_000 }, (_, i) => texts[i % 2]).sort()";
const A_LOOP: &str = "while (true) {}";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// A runner whose processes are told from those of other tests by the path of their program.
struct Workshop {
    runner: StepRunner,
    program: PathBuf,
    _directory: tempfile::TempDir,
}

impl Workshop {
    fn new() -> Self {
        Self::with_idle(MINUTE)
    }

    fn with_idle(idle: Duration) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("worker");
        symlink(SCRIPT_PROGRAM, &program).unwrap();
        let isolation = ScriptIsolation::Process { program: program.clone(), idle };
        let runner = runner_for("http://127.0.0.1:9/").with_scripts_in(isolation);
        Self { runner, program, _directory: directory }
    }

    async fn attempt(&self, code: &str, time: Duration) -> Result<Value, StepFailure> {
        let (input, mut log) = (json!({ "code": code }), Vec::new());
        let attempt = run(&self.runner, StepKind::Script, &input, time, &mut log);
        attempt.await.map(|outcome: Outcome| output(outcome))
    }

    /// Its processes that live.
    fn processes(&self) -> Vec<i32> {
        let all = std::fs::read_dir("/proc").unwrap();
        all.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
            .filter(|id: &i32| {
                // That of a process which has ended, but which nobody has asked about yet, is empty.
                let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                line.split(|byte| *byte == 0).next() == Some(self.program.as_os_str().as_encoded_bytes())
            })
            .collect()
    }

    /// Waits until there is a process but those, and gives it.
    async fn process_beside(&self, others: &[i32]) -> i32 {
        let mut found = None;
        until(|| {
            found = self.processes().into_iter().find(|id| !others.contains(id));
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    /// Waits until there is no process any more.
    async fn empty(&self) {
        until(|| self.processes().is_empty()).await;
    }
}

/// Waits for that, but not for ever.
async fn until(mut condition: impl FnMut() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(MINUTE, waiting).await.unwrap();
}

fn kill(process: i32, signal: Signal) {
    kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
}

#[rstest]
#[case::a_text_search(A_TEXT_SEARCH)]
#[case::a_sort(A_SORT)]
#[tokio::test]
async fn a_loop_of_the_engine_itself_is_ended_with_its_process(#[case] code: &str) {
    let workshop = Workshop::new();
    let failure = workshop.attempt(code, Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(failure.error.kind, "timeout");
    assert_eq!(
        failure.error.message,
        "the script did not end within 300ms; a step's `timeout` can give it up to 60s"
    );
    assert!(!failure.retryable);
    workshop.empty().await;
}

#[tokio::test]
async fn it_does_not_keep_its_place() {
    let workshop = Workshop::new();
    let places = std::thread::available_parallelism().unwrap().get() * 2;
    let all = (0..=places).map(|_| workshop.attempt(A_TEXT_SEARCH, Duration::from_millis(200)));
    let ended = tokio::time::timeout(MINUTE, futures::future::join_all(all)).await.unwrap();
    assert!(ended.into_iter().all(|result| result.unwrap_err().error.kind == "timeout"));
    assert_eq!(workshop.attempt("return 1", MINUTE).await.unwrap(), 1);
}

#[rstest]
#[case::of_the_script(A_LOOP)]
#[case::of_the_engine(A_TEXT_SEARCH)]
#[tokio::test]
async fn one_that_nobody_waits_for_is_killed(#[case] code: &str) {
    let workshop = Workshop::new();
    tokio::select! {
        ended = workshop.attempt(code, MINUTE) => panic!("{ended:?}"),
        _ = workshop.process_beside(&[]) => {}
    }
    workshop.empty().await;
}

#[rstest]
#[case::a_crash(Signal::ABORT, "the script's process ended early (signal 6)")]
#[case::out_of_memory(Signal::KILL, "the script's process ended early (signal 9)")]
#[tokio::test]
async fn a_process_that_dies_is_a_failure_of_its_script_alone(#[case] signal: Signal, #[case] message: &str) {
    let workshop = Workshop::new();
    let murder = async { kill(workshop.process_beside(&[]).await, signal) };
    let (ended, ()) = tokio::join!(workshop.attempt(A_LOOP, MINUTE), murder);
    let failure = ended.unwrap_err();
    assert_eq!(failure.error.kind, "script");
    assert_eq!(failure.error.message, message);
    assert!(failure.retryable);
    assert_eq!(workshop.attempt("return 1", MINUTE).await.unwrap(), 1);
}

#[tokio::test]
async fn one_that_is_asked_to_end_hands_its_script_to_another() {
    let workshop = Workshop::new();
    let request = async {
        let first = workshop.process_beside(&[]).await;
        kill(first, Signal::TERM);
        workshop.process_beside(&[first]).await
    };
    let (ended, _second) = tokio::join!(workshop.attempt(A_LOOP, SECOND), request);
    assert_eq!(ended.unwrap_err().error.kind, "timeout");
}

#[tokio::test]
async fn a_process_serves_one_script_after_the_other() {
    let workshop = Workshop::new();
    assert_eq!(workshop.attempt("globalThis.left = 1; return 1", MINUTE).await.unwrap(), 1);
    let first = workshop.processes();
    assert_eq!(first.len(), 1);
    assert_eq!(workshop.attempt("return typeof left", MINUTE).await.unwrap(), "undefined");
    assert!(workshop.attempt("throw 1", MINUTE).await.is_err());
    assert_eq!(workshop.processes(), first);
}

#[tokio::test]
async fn one_that_died_idle_is_replaced() {
    let workshop = Workshop::new();
    workshop.attempt("return 1", MINUTE).await.unwrap();
    let process = workshop.process_beside(&[]).await;
    kill(process, Signal::KILL);
    gone(&process.to_string()).await;
    assert_eq!(workshop.attempt("return 2", MINUTE).await.unwrap(), 2);
}

#[tokio::test]
async fn one_that_is_idle_for_long_ends() {
    let workshop = Workshop::with_idle(Duration::from_millis(100));
    for _ in 0..2 {
        workshop.attempt("return 1", MINUTE).await.unwrap();
        workshop.empty().await;
    }
}

#[tokio::test]
async fn the_processes_end_with_their_runner() {
    let mut workshop = Workshop::new();
    workshop.attempt("return 1", MINUTE).await.unwrap();
    workshop.process_beside(&[]).await;
    workshop.runner = runner_for("http://127.0.0.1:9/");
    workshop.empty().await;
}

#[tokio::test]
async fn a_process_has_nothing_of_the_servers() {
    let workshop = Workshop::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    workshop.attempt("return 1", MINUTE).await.unwrap();
    let process = workshop.process_beside(&[]).await;

    assert_eq!(std::fs::read(format!("/proc/{process}/environ")).unwrap(), b"");
    let open = |process: &str| -> Vec<PathBuf> {
        let all = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
        all.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok()).collect()
    };
    let socket = std::fs::read_link(format!("/proc/self/fd/{}", listener.as_raw_fd())).unwrap();
    assert!(open("self").contains(&socket));
    assert!(!open(&process.to_string()).contains(&socket));
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let words: Vec<_> = line.split_whitespace().take(2).collect();
        assert_eq!(words[0], words[1], "{name}: it cannot raise it again");
        words[0].parse::<u64>().unwrap()
    };
    assert_eq!((limit("Max core file size"), limit("Max open files")), (0, 3));
    // A gibibyte beside what the program had as it began, which is far less here.
    let gibibyte = 1 << 30;
    assert!((gibibyte..2 * gibibyte).contains(&limit("Max address space")), "{limits}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told() {
    let program = PathBuf::from("/no/such/program");
    let isolation = ScriptIsolation::Process { program, idle: MINUTE };
    let runner = runner_for("http://127.0.0.1:9/").with_scripts_in(isolation);
    let input = json!({ "code": "return 1" });
    let failure = run(&runner, StepKind::Script, &input, MINUTE, &mut Vec::new()).await.unwrap_err();
    assert_eq!(
        failure.error.message,
        "the script's process cannot be started: No such file or directory (os error 2)"
    );
}
