//! After scripts that went too far, the process is as small as it was.

use std::time::Duration;

use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::json;

use crate::support::{isolations, run, runner_for};

/// How much of this process is in memory, in KiB. Other tests run in it, too: what they need is in the allowance.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

const HOSTILE: [&str; 5] = [
    "while (true) {}",
    "const all = []; for (;;) all.push({ all })",
    "const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))",
    "const f = () => f(); f()",
    "for (;;) console.log('x'.repeat(1000))",
];

#[rstest]
#[tokio::test]
async fn fifty_hostile_scripts_leave_nothing_behind(#[values(0, 1)] isolation: usize) {
    let runner = runner_for("http://127.0.0.1:9/").with_scripts_in(isolations()[isolation].clone());
    let attempt = async |code: &str| {
        let (input, mut log) = (json!({ "code": code }), Vec::new());
        let time = Duration::from_millis(400);
        run(&runner, StepKind::Script, &input, time, &mut log).await.unwrap_err();
    };
    for code in HOSTILE {
        attempt(code).await;
    }
    let before = resident();
    for _ in 0..10 {
        for code in HOSTILE {
            attempt(code).await;
        }
    }
    // Each of twenty runs had 64 MiB. One that stayed would be seen; one of another test, which has not ended yet, goes.
    let mut look = tokio::time::interval(Duration::from_millis(20));
    let gone = async {
        while resident() >= before + 48 * 1024 {
            look.tick().await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(30), gone).await;
    assert!(gone.is_ok(), "{before} KiB before, {} KiB after", resident());
}
