//! Mocks that take time.

use crate::support::{failures, passes};

const CALL: &str = "
name: demo
triggers: [{ manual: }]
timeout: 1h
steps:
  - id: ask
    uses: http
    with: { url: https://example.invalid/ }
    timeout: 10s
    retry: { max_attempts: 3, initial_interval: 1m }
  - id: tell
    uses: email
    with: { to: a@example.com, subject: a, text: b }
";

#[tokio::test]
async fn an_attempt_takes_its_delay_and_no_more_than_its_timeout() {
    let tests = "
defaults: { mocks: { tell: { output: {} } } }
cases:
  - name: in time
    mocks: { ask: { output: {}, delay: 10s } }
    expect: { status: succeeded, steps: { ask: { attempts: 1 } }, took: 10s }
  - name: too late, and in time with the next attempt
    mocks: { ask: { delay: 11s, sequence: [{ output: {} }, { output: { body: fine }, delay: 4s }] } }
    expect:
      status: succeeded
      steps: { ask: { attempts: 2, output: { body: fine } } }
      took: 1m14s
  - name: too late each time
    mocks: { ask: { output: {}, delay: 11s } }
    expect:
      status: failed
      error: { step: ask, kind: timeout, message: no complete answer within 10s }
      steps: { ask: { attempts: 3 } }
      took: 2m30s
  - name: a failure takes its time too
    mocks: { ask: { error: { status: 404 }, delay: 3s } }
    expect: { status: failed, error: { kind: http_status }, took: 3s }
  - name: a step that says nothing has half a minute
    mocks: { ask: { output: {} }, tell: { output: {}, delay: 31s } }
    expect: { status: failed, error: { step: tell, kind: timeout, message: no complete answer within 30s }, took: 30s }
";
    passes(CALL, tests).await;
}

#[tokio::test]
async fn the_workflows_time_passes_with_it() {
    let workflow = "
name: demo
triggers: [{ manual: }]
timeout: 1h
steps:
  - { id: ask, uses: wait_for, timeout: 2h }
  - { id: tell, uses: log, with: { message: never } }
";
    let tests = "
cases:
  - name: a person is slow
    mocks: { ask: { output: {}, delay: 1h30m } }
    expect: { status: failed, error: { kind: timeout }, steps: { ask: { status: cancelled }, tell: { ran: false } }, took: 1h }
  - name: a person is not
    mocks: { ask: { output: {}, delay: 50m } }
    expect: { status: succeeded, took: 50m }
";
    passes(workflow, tests).await;
    let short = workflow.replace("timeout: 2h", "timeout: 30m");
    let too_short = "
cases:
  - name: the step's own time is up first
    mocks: { ask: { output: {}, delay: 50m } }
    expect: { status: failed, error: { step: ask, kind: timeout, message: { contains: what it waits for } }, took: 30m }
";
    passes(&short, too_short).await;
}

#[tokio::test]
async fn delays_side_by_side_overlap() {
    let workflow = "
name: demo
triggers: [{ manual: }]
steps:
  - id: both
    parallel:
      slow: [{ id: slow, uses: http, with: { url: https://example.invalid/ } }]
      quick:
        - { id: quick, uses: http, with: { url: https://example.invalid/ } }
        - { id: stamp, uses: log, with: { message: '${{ now() }}' } }
  - id: each
    for_each: event.data.rows
    concurrency: 2
    steps: [{ id: send, uses: http, with: { url: 'https://example.invalid/${{ item }}' } }]
";
    let tests = "
cases:
  - name: the slowest branch counts, and the items two by two
    event: { data: { rows: [1, 2, 3] } }
    mocks:
      slow: { output: {}, delay: 20s }
      quick: { output: {}, delay: 5s }
      send: { sequence: [{ output: { body: a }, delay: 4s }, { output: { body: b }, delay: 1s }, { output: { body: c }, delay: 2s }] }
    expect:
      status: succeeded
      steps:
        stamp: { logs: [{ contains: '00:00:05' }] }
        send:
          runs: [{ output: { body: a } }, { output: { body: b } }, { output: { body: c } }]
      took: 24s
";
    passes(workflow, tests).await;
}

#[tokio::test]
async fn a_blocks_time_is_up_while_a_mock_takes_its_own() {
    let workflow = "
name: demo
triggers: [{ manual: }]
steps:
  - id: guarded
    try:
      - id: group
        timeout: 8s
        parallel: { a: [{ id: ask, uses: http, with: { url: https://example.invalid/ } }] }
    catch: [{ id: rescue, uses: log, with: { message: '${{ error.kind }}' } }]
";
    let tests = "
cases:
  - name: a
    mocks: { ask: { output: {}, delay: 9s } }
    expect: { status: succeeded, steps: { ask: { status: cancelled }, rescue: { logs: [timeout] } }, took: 8s }
";
    passes(workflow, tests).await;
}

#[tokio::test]
async fn a_script_runs_as_it_is_and_its_endless_loop_ends() {
    let workflow = "
name: demo
triggers: [{ manual: }]
steps:
  - id: sum
    uses: script
    with: { code: 'return event.data.rows.reduce((sum, row) => sum + row, 0)' }
  - { id: spin, uses: script, if: event.data.spin, with: { code: 'for (;;) {}' }, timeout: 100ms }
";
    let tests = "
cases:
  - name: it computes
    event: { data: { rows: [1, 2, 3], spin: false } }
    expect: { status: succeeded, steps: { sum: { output: 6 } }, took: 0s }
  - name: it does not end
    event: { data: { rows: [], spin: true } }
    expect: { status: failed, error: { step: spin, kind: timeout } }
";
    passes(workflow, tests).await;
    let said = failures(workflow, &tests.replace("output: 6", "output: 7")).await;
    assert!(said[0].starts_with("steps.sum.output"), "{}", said[0]);
}
