//! What stands in for steps, and what happens where nothing does.

use std::time::Duration;

use crate::support::{failures, passes, rehearse};

const WORKFLOW: &str = "
name: demo
triggers: [{ manual: }]
steps:
  - id: ask
    uses: http
    with: { url: \"https://example.invalid/${{ event.data.id }}\" }
    retry: { max_attempts: 3, initial_interval: 10s }
  - id: tell
    uses: log
    with: { message: \"got ${{ steps.ask.output.body }}\" }
";

#[tokio::test]
async fn a_step_that_would_reach_outside_fails_the_case_and_says_how_to_mend_it() {
    let said = failures(WORKFLOW, "cases:\n  - name: a\n    expect: { status: succeeded }\n").await;
    let expected = "\
`ask` (http) ran without a mock
  given: {\"url\":\"https://example.invalid/\"}
  help: nothing leaves a test: add `mocks: { ask: { output: … } }`";
    let with_id = "cases:\n  - name: a\n    event: { data: { id: 7 } }\n    expect: { status: failed }\n";
    let other = failures(WORKFLOW, with_id).await;
    // Also where the failure is just what the case expects.
    assert_eq!(other, [expected.replace("invalid/", "invalid/7")]);
    assert!(!said[0].is_empty());
}

#[tokio::test]
async fn a_sequence_answers_attempt_after_attempt_and_time_passes_only_on_the_clock_of_the_test() {
    let tests = "
cases:
  - name: overload is waited out
    event: { data: { id: 7 } }
    mocks:
      ask: { sequence: [{ error: { status: 503 } }, { error: { kind: timeout } }, { output: { body: fine } }] }
    expect:
      status: succeeded
      steps:
        ask: { attempts: 3, status: succeeded, with: { url: { contains: /7 } }, output: { status: 200 } }
        tell: { logs: [got fine] }
      took: 30s
";
    let began = std::time::Instant::now();
    passes(WORKFLOW, tests).await;
    assert!(began.elapsed() < Duration::from_secs(10), "it really waited");
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let tests = "
cases:
  - name: a
    event: { data: { id: 7 } }
    mocks: { ask: { error: { status: 404, message: no such id } } }
    expect:
      status: failed
      error: { step: ask, kind: http_status, message: { contains: no such id } }
      steps: { ask: { attempts: 1, error: { status: 404 } }, tell: { ran: false } }
      took: 0s
";
    passes(WORKFLOW, tests).await;
}

#[tokio::test]
async fn a_sequence_that_is_used_up_fails_the_case() {
    let tests = "
cases:
  - name: a
    event: { data: { id: 7 } }
    mocks: { ask: { sequence: [{ error: { status: 503 } }] } }
    expect: { status: failed }
";
    let said = failures(WORKFLOW, tests).await;
    assert!(said[0].starts_with("the `sequence` of `ask` has one answer, which is used"), "{}", said[0]);
}

#[tokio::test]
async fn a_step_that_only_computes_can_be_mocked_too() {
    let tests = "
cases:
  - name: a
    event: { data: { id: 7 } }
    mocks: { ask: { output: {} }, tell: { error: the log is full } }
    expect: { status: failed, error: { step: tell, kind: mocked, message: the log is full } }
";
    passes(WORKFLOW, tests).await;
}

#[tokio::test]
async fn an_unexpected_end_says_why() {
    let tests = "
cases:
  - name: a
    event: { data: { id: 7 } }
    mocks: { ask: { error: { status: 404 } } }
    expect: { status: succeeded, steps: { tell: { ran: true } } }
";
    let said = failures(WORKFLOW, tests).await;
    let expected = "\
status
  expected: succeeded
  got: failed (`ask`: http_status: the mock answered 404)
steps.tell.ran
  expected: true
  got: false (it was never reached)";
    assert_eq!(said, [expected]);
}

#[tokio::test]
async fn a_case_comes_out_the_same_however_often_it_is_run() {
    let tests = "cases:\n  - name: a\n    event: { data: { id: 7 } }\n    mocks: { ask: { output: {} } }\n    expect: { steps: { tell: { logs: [] } } }\n";
    let first = rehearse(WORKFLOW, tests).await;
    let second = rehearse(WORKFLOW, tests).await;
    assert!(!first[0].has_passed());
    assert_eq!(first[0].failures, second[0].failures);
}
