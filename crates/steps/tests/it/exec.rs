//! `exec`: a command without a shell, within bounds, and gone when its time is up.

use std::time::Duration;

use bellhop_steps::{Outcome, StepFailure, StepRunner};
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{API_KEY, attempt, output, run, runner_for};

fn runner() -> StepRunner {
    runner_for("http://127.0.0.1:9/").with_exec(true)
}

async fn exec(input: Value) -> Result<Value, StepFailure> {
    attempt(&runner(), StepKind::Exec, &input).await.map(|outcome: Outcome| output(outcome))
}

#[tokio::test]
async fn it_is_off_unless_the_operator_says_so() {
    let runner = runner_for("http://127.0.0.1:9/");
    let failure = attempt(&runner, StepKind::Exec, &json!({ "command": ["true"] })).await.unwrap_err();
    assert_eq!(failure.error.kind, "not_allowed");
    assert!(failure.error.message.contains("allow_exec"), "{failure:?}");
    assert!(!failure.retryable);
}

#[rstest]
#[case::a_list(json!({ "command": ["printf", "%s-%s", "a b", 7] }), "a b-7")]
#[case::program_and_arguments(json!({ "command": "printf", "args": ["%s", true] }), "true")]
#[case::input(json!({ "command": ["tr", "a-z", "A-Z"], "stdin": "hello" }), "HELLO")]
#[case::directory(json!({ "command": ["pwd"], "cwd": "/" }), "/\n")]
#[case::environment(json!({ "command": ["printenv", "DEAL"], "env": { "DEAL": "d 1" } }), "d 1\n")]
#[tokio::test]
async fn a_command_gives_what_it_wrote(#[case] input: Value, #[case] stdout: &str) {
    assert_eq!(exec(input).await.unwrap(), json!({ "stdout": stdout, "stderr": "", "exit_code": 0 }));
}

#[rstest]
#[case("; touch injected")]
#[case("$(touch injected)")]
#[case("`touch injected`")]
#[case("a\n touch injected")]
#[case("' \" \\ * ~ $HOME && rm -rf / #")]
#[case("--help")]
#[tokio::test]
async fn an_attackers_text_is_one_argument(#[case] attack: &str) {
    let directory = tempfile::tempdir().unwrap();
    let input = json!({ "command": ["printf", "<%s>", attack, "end"], "cwd": directory.path() });
    assert_eq!(exec(input).await.unwrap()["stdout"], format!("<{attack}><end>"));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn nothing_of_the_servers_environment_is_handed_down() {
    // Cargo sets variables for the tests, so there is something that could be.
    assert!(std::env::vars().any(|(name, _)| name.starts_with("CARGO_")));
    let output = exec(json!({ "command": ["env"], "env": { "OWN": "1" } })).await.unwrap();
    let allowed = ["PATH", "HOME", "LANG", "OWN"];
    for line in output["stdout"].as_str().unwrap().lines() {
        assert!(allowed.contains(&line.split('=').next().unwrap()), "{line}");
    }
}

#[tokio::test]
async fn another_exit_code_is_a_failure_that_says_why() {
    let input = json!({ "command": ["sh", "-c", "echo out; echo no such deal >&2; exit 3"] });
    let failure = exec(input.clone()).await.unwrap_err();
    assert_eq!(failure.error.kind, "exit_code");
    assert_eq!(failure.error.message, "`sh` ended with exit status: 3: no such deal");

    let mut expected = input;
    expected["expect_exit"] = json!([0, 3]);
    assert_eq!(exec(expected).await.unwrap()["exit_code"], 3);
}

#[tokio::test]
async fn one_that_was_killed_is_a_failure() {
    let failure = exec(json!({ "command": ["sh", "-c", "kill -9 $$"] })).await.unwrap_err();
    assert_eq!(failure.error.kind, "exit_code");
    assert!(failure.error.message.contains("signal: 9"), "{failure:?}");
}

#[tokio::test]
async fn secrets_are_hidden_in_what_it_wrote() {
    let runner = runner();
    // The runner learns a credential by using it.
    let _ = attempt(&runner, StepKind::Close, &json!({ "path": "/me/" })).await;
    let input = json!({ "command": ["printf", "%s", API_KEY] });
    let output = output(attempt(&runner, StepKind::Exec, &input).await.unwrap());
    assert_eq!(output["stdout"], "[redacted]");
}

#[rstest]
#[case::stdout("yes")]
#[case::stderr("yes >&2")]
#[tokio::test]
async fn one_that_writes_for_ever_is_ended(#[case] script: &str) {
    let failure = exec(json!({ "command": ["sh", "-c", script] })).await.unwrap_err();
    assert_eq!(failure.error.kind, "output_too_large");
    assert!(failure.error.message.contains("more than 1 MiB"), "{failure:?}");
}

/// Waits until the process of that number is gone, but not for ever.
pub(crate) async fn gone(process: &str) {
    let path = format!("/proc/{process}/stat");
    let ended = async {
        // A process that has ended but that nobody has asked about yet is a zombie: `Z`.
        while std::fs::read_to_string(&path).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
}

#[tokio::test]
async fn it_is_killed_with_its_children_when_its_time_is_up() {
    let directory = tempfile::tempdir().unwrap();
    let script = "sleep 1000 & echo $! > child; echo $$ > own; wait";
    let input = json!({ "command": ["sh", "-c", script], "cwd": directory.path() });
    let time = Duration::from_millis(700);

    let failure = run(&runner(), StepKind::Exec, &input, time, &mut Vec::new()).await.unwrap_err();

    assert_eq!(failure.error.kind, "timeout");
    for file in ["child", "own"] {
        gone(std::fs::read_to_string(directory.path().join(file)).unwrap().trim()).await;
    }
}

#[tokio::test]
async fn what_it_leaves_behind_is_ended_with_it() {
    let input = json!({ "command": ["sh", "-c", "sleep 1000 & echo $!"] });
    let output = exec(input).await.unwrap();
    gone(output["stdout"].as_str().unwrap().trim()).await;
}

#[rstest]
#[case(json!({}), "`exec` needs `command`")]
#[case(json!({ "command": [] }), "`command` names no program")]
#[case(json!({ "command": [""] }), "`command` names no program")]
#[case(json!({ "command": ["true", ["a"]] }), "`command` is a list of texts and numbers, not of a list")]
#[case(json!({ "command": ["true", "a\u{0}b"] }), "`command` holds a NUL character")]
#[case(json!({ "command": "true", "env": { "A=B": "c" } }), "`env`: `A=B` is no name of a variable")]
#[case(json!({ "command": "true", "cwd": "/no/such/place" }), "`cwd`: there is no directory /no/such/place")]
#[case(json!({ "command": "true", "expect_exit": "0" }), "`expect_exit` is a number, or a list of them, such as [0, 1]")]
#[case(
    json!({ "command": ["no-such-program"] }),
    "`no-such-program` cannot be started: No such file or directory (os error 2)"
)]
#[tokio::test]
async fn a_mistake_in_the_input_is_named(#[case] input: Value, #[case] message: &str) {
    let failure = exec(input).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input");
    assert_eq!(failure.error.message, message);
}
