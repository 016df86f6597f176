//! Blocks and pauses: what a case can expect of them, and what it reaches.

use crate::support::{coverage, failures, passes};

const BLOCKS: &str = "
name: demo
triggers: [{ manual: }]
steps:
  - id: each
    for_each: event.data.rows
    as: row
    steps:
      - id: send
        uses: http
        with: { url: \"https://example.invalid/${{ row }}\" }
        continue_on_error: true
  - id: route
    switch:
      - when: event.data.kind == \"a\"
        steps: [{ id: first, uses: log, with: { message: a } }]
      - default: true
        steps: [{ id: other, uses: log, with: { message: other } }]
  - id: guarded
    try:
      - { id: risky, uses: http, with: { url: https://example.invalid/risky } }
    catch:
      - { id: rescue, uses: log, with: { message: \"${{ error.kind }} in ${{ error.step }}\" } }
  - id: pause
    uses: sleep
    with: { for: 3d }
on_failure:
  - { id: alarm, uses: log, with: { level: error, message: \"${{ error.message }}\" } }
";

const TESTS: &str = "
defaults:
  mocks:
    send: { output: { body: fine } }
    risky: { output: { body: fine } }
cases:
  - name: each item is sent, in order
    event: { data: { rows: [1, 2], kind: a } }
    mocks: { send: { sequence: [{ output: { body: one } }, { error: { status: 404 } }] } }
    expect:
      status: succeeded
      steps:
        each: { status: succeeded, output: { length: 2 } }
        send:
          times: 2
          runs:
            - { with: { url: { contains: /1 } }, output: { body: one } }
            - { with: { url: { contains: /2 } }, status: failed }
        first: { ran: true }
        other: { ran: false }
        rescue: { ran: false }
        alarm: { ran: false }
      took: 3d
  - name: what fails is caught
    event: { data: { rows: [], kind: b } }
    mocks: { risky: { error: { kind: connection } } }
    expect:
      status: succeeded
      steps:
        send: { ran: false, times: 0 }
        other: { ran: true }
        rescue: { logs: [{ matches: \"^connection in \" }] }
";

#[tokio::test]
async fn blocks_run_as_they_do_on_a_server_and_days_pass_at_once() {
    passes(BLOCKS, TESTS).await;
}

#[tokio::test]
async fn branches_of_blocks_are_counted_and_what_is_in_a_missed_one_is_not_said_again() {
    let reached = coverage(BLOCKS, TESTS).await;
    assert_eq!(reached.missed(), ["`on_failure` never ran"]);
    // each, send, route, first, other, guarded, risky, rescue and pause of ten.
    assert_eq!(reached.steps(), (9, 10));
    // The trigger, both arms and the `catch`, but not `on_failure`.
    assert_eq!(reached.branches(), (4, 5));
}

#[tokio::test]
async fn the_runs_of_a_step_are_as_many_as_expected() {
    let tests = "
cases:
  - name: a
    event: { data: { rows: [1], kind: a } }
    mocks: { send: { output: {} }, risky: { output: {} }, pause: { output: null } }
    expect: { took: 0s, steps: { send: { runs: [{ ran: true }, { ran: true }] } } }
";
    let said = failures(BLOCKS, tests).await;
    assert_eq!(said, ["steps.send.runs\n  expected: 2\n  got: 1"]);
}

#[tokio::test]
async fn inputs_are_held_against_what_the_workflow_asks_for() {
    let workflow = "
name: demo
triggers:
  - manual:
      inputs:
        amount: { type: integer, required: true }
        note: { type: string, default: none }
steps:
  - uses: return
    with: ${{ inputs }}
";
    let tests = "
cases:
  - name: defaults are filled in
    inputs: { amount: 3 }
    expect: { output: { equals: { amount: 3, note: none } } }
  - name: what is wrong is refused
    inputs: { amount: three }
    expect: { status: refused }
";
    passes(workflow, tests).await;
    let wrong = "cases:\n  - name: a\n    inputs: {}\n    expect: { status: succeeded }\n";
    let said = failures(workflow, wrong).await;
    assert!(said[0].contains("refused (`amount` is missing)"), "{}", said[0]);
}
