//! What the cases of a workflow reach.

use crate::support::coverage;

const WORKFLOW: &str = "
name: demo
triggers:
  - manual:
  - close: { events: [lead.created] }
steps:
  - id: big
    if: event.data.value > 10
    uses: log
    with: { message: big }
  - id: small
    if: event.data.value < 3
    uses: log
    with: { message: small }
  - id: last
    uses: log
    with: { message: last }
";

#[tokio::test]
async fn steps_and_branches_are_counted_over_all_cases() {
    let one = "
cases:
  - name: a
    event: { type: lead.created, data: { value: 11 } }
    trigger: close
    expect: { status: succeeded }
";
    let reached = coverage(WORKFLOW, one).await;
    assert_eq!((reached.steps(), reached.branches()), ((2, 3), (3, 6)));
    assert_eq!(
        reached.missed(),
        [
            "trigger `manual` never started it",
            "`big` was never skipped: its `if: event.data.value > 10` was never false",
            "`small` (log) never ran",
        ]
    );
    assert_eq!(reached.percent(), 55);
    let two = format!(
        "{one}  - name: b\n    event: {{ data: {{ value: 1 }} }}\n    trigger: manual\n    expect: {{ status: succeeded }}\n"
    );
    let reached = coverage(WORKFLOW, &two).await;
    assert_eq!((reached.steps(), reached.branches(), reached.percent()), ((3, 3), (6, 6), 100));
    assert!(reached.missed().is_empty());
}

#[tokio::test]
async fn a_filtered_case_reaches_nothing() {
    let workflow = "name: demo\ntriggers:\n  - close: { events: [lead.created] }\n    where: event.data.a\nsteps: [{ uses: return }]\n";
    let tests = "cases:\n  - name: a\n    expect: { status: filtered }\n";
    let reached = coverage(workflow, tests).await;
    assert_eq!((reached.steps(), reached.branches()), ((0, 1), (0, 1)));
}
