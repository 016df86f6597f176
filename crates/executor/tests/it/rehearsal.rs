//! Workflows rehearsed: in memory, on a stage, and in no time.

use std::sync::Mutex;
use std::time::Duration;

use bellhop_executor::rehearsal::{Played, Rehearsed, Stage, StageCall, Start, rehearse};
use bellhop_steps::{Outcome, StepFailure};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{ExecutionId, TriggerId, Version};
use bellhop_workflow::journal::{StepError, StepStatus};
use bellhop_workflow::model::{Step, StepKind};
use bellhop_workflow::parse;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::world::{NOON, NoEvents};

/// Answers by the path, and keeps what it was asked.
#[derive(Default)]
struct Script {
    failures: Vec<(&'static str, u32)>,
    mocked: Vec<&'static str>,
    asked: Mutex<Vec<String>>,
}

impl Stage for Script {
    fn attempt<'a>(&'a self, call: StageCall<'a>) -> BoxFuture<'a, Played> {
        let minutes = call.now.since(NOON).as_secs() / 60;
        self.asked.lock().unwrap().push(format!("{} {} {minutes}m", call.path, call.attempt));
        let fails =
            self.failures.iter().any(|(path, attempts)| *path == call.path && call.attempt <= *attempts);
        let outcome = if fails {
            let error = StepError { kind: "busy".to_owned(), message: "not now".to_owned(), status: None };
            Err(StepFailure { error, retryable: true, retry_after: None })
        } else if call.kind == StepKind::Return {
            Ok(Outcome::Return(call.input.clone()))
        } else {
            Ok(Outcome::Output(json!({ "given": call.input, "key": call.idempotency_key })))
        };
        std::future::ready(Played::at_once(outcome)).boxed()
    }

    fn is_mocked(&self, step: &Step) -> bool {
        self.mocked.contains(&step.id.as_str())
    }
}

async fn rehearsed(steps: &str, stage: &Script) -> Rehearsed {
    let yaml = format!("name: story\ntriggers: [manual: {{}}]\n{steps}");
    let parsed = parse(&yaml, &NoEvents).unwrap();
    let start = Start {
        event: None,
        inputs: Some(json!({ "who": "Ann" })),
        trigger_id: Some(TriggerId::new("manual")),
        trigger_kind: "manual".to_owned(),
        now: NOON,
        execution: ExecutionId::generate(NOON),
        version: Version(3),
    };
    rehearse(&parsed.workflow, start, stage).await
}

#[tokio::test]
async fn days_and_back_offs_pass_in_no_time() {
    let stage = Script { failures: vec![("both/a/call", 2)], ..Script::default() };

    let told = rehearsed(
        r"
steps:
  - id: both
    parallel:
      a:
        - id: call
          uses: http
          with: { url: 'https://example.com/${{ inputs.who }}' }
          retry: { max_attempts: 3, initial_interval: 10m, max_interval: 1h }
      b:
        - { id: nap, uses: sleep, with: { for: 20m } }
        - { id: after, uses: http, with: { url: https://example.com } }
  - { id: week, uses: sleep, with: { for: 7d } }
  - { uses: return, with: { version: '${{ workflow.version }}' } }
",
        &stage,
    )
    .await;

    assert_eq!((told.status, told.output), (ExecutionStatus::Succeeded, Some(json!({ "version": 3 }))));
    assert_eq!(told.took, Duration::from_mins(30) + Duration::from_hours(7 * 24));
    let asked = stage.asked.into_inner().unwrap();
    let minutes = 30 + 7 * 24 * 60;
    assert_eq!(
        asked,
        [
            "both/a/call 1 0m".to_owned(),
            "both/a/call 2 10m".to_owned(),
            "both/b/after 1 20m".to_owned(),
            "both/a/call 3 30m".to_owned(),
            format!("step_3 1 {minutes}m"),
        ]
    );
    let call = told.steps.iter().find(|step| step.path == "both/a/call").unwrap();
    assert_eq!((call.status, call.attempts), (StepStatus::Succeeded, 3));
    assert_eq!(call.input.as_ref().unwrap()["url"], "https://example.com/Ann");
}

#[tokio::test]
async fn the_stage_is_asked_in_place_of_whatever_reaches_out() {
    let stage = Script { mocked: vec!["nap"], ..Script::default() };

    let told = rehearsed(
        r"
steps:
  - { id: wait, uses: wait_for, timeout: 1h }
  - { id: sub, uses: workflow, with: { name: other } }
  - { id: count, uses: state, with: { increment: runs } }
  - { id: nap, uses: sleep, with: { for: 7d } }
",
        &stage,
    )
    .await;

    assert_eq!((told.status, told.took), (ExecutionStatus::Succeeded, Duration::ZERO), "{:?}", told.error);
    let paths: Vec<_> = told.steps.iter().map(|step| step.path.as_str()).collect();
    assert_eq!(paths, ["wait", "sub", "count", "nap"]);
    assert_eq!(stage.asked.into_inner().unwrap().len(), 4);
}

#[tokio::test]
async fn a_failure_runs_on_failure_there_too() {
    let stage = Script { failures: vec![("call", 1)], ..Script::default() };

    let told = rehearsed(
        r"
steps: [{ id: call, uses: http, with: { url: https://example.com } }]
on_failure: [{ id: tell, uses: http, with: { method: POST, url: https://example.com, json: '${{ error.kind }}' } }]
",
        &stage,
    )
    .await;

    assert_eq!(told.status, ExecutionStatus::Failed);
    assert_eq!(told.error.unwrap().step.as_deref(), Some("call"));
    assert_eq!(told.steps[1].input.as_ref().unwrap()["json"], json!("busy"));
    assert_eq!(
        told.steps[1].output.as_ref().map(|output| &output["given"]["json"]),
        Some(&Value::from("busy"))
    );
}

#[tokio::test]
async fn an_executions_time_is_up_there_too() {
    let told = rehearsed(
        "
timeout: 30m
steps:
  - { id: nap, uses: sleep, with: { for: 1h } }
",
        &Script::default(),
    )
    .await;

    assert_eq!((told.error.unwrap().kind.as_str(), told.took), ("timeout", Duration::from_mins(30)));
}
