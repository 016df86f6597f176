//! What control blocks become.

use std::time::Duration;

use bellhop_workflow::expression::Expression;
use bellhop_workflow::model::{Action, ForEach, Loop, Step, StepKind};
use rstest::rstest;

use crate::support::{good, with_steps};

/// The only step of a workflow.
fn only(steps: &str) -> Step {
    let mut workflow = good(&with_steps(steps));
    assert_eq!(workflow.steps.len(), 1);
    workflow.steps.remove(0)
}

fn ids(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn parallel_has_branches_in_the_order_of_the_file() {
    let step = only(
        "
  - id: enrich
    if: event.data.x
    retry: { max_attempts: 2 }
    timeout: 1m
    continue_on_error: true
    parallel:
      score: [{ id: a, uses: set, with: { x: 1 } }, { id: b, uses: set, with: { x: 1 } }]
      crm:
        - id: c
          uses: return",
    );
    assert_eq!((step.id.as_str(), step.action.as_str()), ("enrich", "parallel"));
    assert_eq!(step.condition.as_ref().map(Expression::source), Some("event.data.x"));
    assert_eq!((step.retry.max_attempts, step.timeout), (2, Some(Duration::from_mins(1))));
    assert!(step.continue_on_error);
    let Action::Parallel(parallel) = &step.action else { panic!("{step:?}") };
    let branches: Vec<_> =
        parallel.branches.iter().map(|branch| (branch.name.as_str(), ids(&branch.steps))).collect();
    assert_eq!(branches, [("score", vec!["a", "b"]), ("crm", vec!["c"])]);
}

fn for_each(keys: &str) -> ForEach {
    match only(&format!("  - {keys}\n    steps: [{{ uses: log, with: {{ message: a }} }}]")).action {
        Action::ForEach(each) => each,
        other => panic!("{other:?}"),
    }
}

#[test]
fn for_each_goes_item_by_item_unless_it_says_otherwise() {
    let plain = for_each("for_each: event.data.contacts");
    assert_eq!((plain.list.source(), plain.item.as_str()), ("event.data.contacts", "item"));
    assert_eq!((plain.concurrency.get(), plain.steps.len()), (1, 1));

    let full = for_each("for_each: ${{ [1, 2] }}\n    as: contact\n    concurrency: 4");
    assert_eq!((full.list.source(), full.item.as_str(), full.concurrency.get()), ("[1, 2]", "contact", 4));
}

#[test]
fn switch_has_arms_and_a_default_at_the_end() {
    let step = only(
        "
  - switch:
      - when: event.action == \"created\"
        steps: [{ id: a, uses: return }]
      - when: ${{ event.data.x }}
        steps: [{ id: b, uses: return }]
      - default: true
        steps: [{ id: c, uses: return }]",
    );
    let Action::Switch(switch) = &step.action else { panic!("{step:?}") };
    let arms: Vec<_> =
        switch.arms.iter().map(|arm| (arm.when.as_ref().map(Expression::source), ids(&arm.steps))).collect();
    assert_eq!(
        arms,
        [
            (Some("event.action == \"created\""), vec!["a"]),
            (Some("event.data.x"), vec!["b"]),
            (None, vec!["c"])
        ]
    );
}

#[rstest]
#[case("catch: [{ id: b, uses: return }]", Some(vec!["b"]), vec![])]
#[case("finally: [{ id: c, uses: return }]", None, vec!["c"])]
#[case("catch: [{ id: b, uses: return }]\n    finally: [{ id: c, uses: return }]", Some(vec!["b"]), vec!["c"])]
fn a_try_has_a_catch_a_finally_or_both(
    #[case] keys: &str,
    #[case] catch: Option<Vec<&str>>,
    #[case] finally: Vec<&str>,
) {
    let step = only(&format!("  - try: [{{ id: a, uses: return }}]\n    {keys}"));
    let Action::Try(guarded) = &step.action else { panic!("{step:?}") };
    assert_eq!(ids(&guarded.steps), ["a"]);
    assert_eq!(guarded.catch.as_deref().map(ids), catch);
    assert_eq!(ids(&guarded.finally), finally);
}

fn again(keys: &str) -> Loop {
    match only(&format!("  - loop: {keys}\n    steps: [{{ id: check, uses: set, with: {{ a: 1 }} }}]")).action
    {
        Action::Loop(again) => again,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_loop_ends_with_its_condition_or_its_iterations() {
    let plain = again("{ until: steps.check.output.a }");
    assert_eq!(plain.until.source(), "steps.check.output.a");
    assert_eq!((plain.max_iterations.get(), plain.every, ids(&plain.steps)), (100, None, vec!["check"]));

    let full = again("{ until: index > 3, max_iterations: 10000, every: 1m30s }");
    assert_eq!((full.max_iterations.get(), full.every), (10_000, Some(Duration::from_secs(90))));
}

#[test]
fn blocks_hold_blocks() {
    let workflow = good(&with_steps(
        "
  - id: each
    for_each: event.data.contacts
    steps:
      - id: guarded
        try:
          - id: route
            switch:
              - default: true
                steps:
                  - id: poll
                    loop: { until: steps.check.output }
                    steps: [{ id: check, uses: set, with: { a: 1 } }]
        catch:
          - id: both
            parallel: { one: [{ id: first, uses: return }], two: [{ id: second, uses: return }] }
on_failure:
  - id: notify
    uses: log
    with: { message: a }",
    ));
    let all = workflow.all_steps();
    let ids: Vec<&str> = all.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(
        ids,
        ["each", "guarded", "route", "poll", "check", "both", "first", "second", "notify"],
        "blocks before what is in them, on_failure last"
    );
}

#[test]
fn every_kind_of_step_is_taken() {
    for kind in StepKind::ALL {
        let parsed = bellhop_workflow::parse(
            &with_steps(&format!("  - uses: {}\n    with: {{}}", kind.as_str())),
            &crate::support::LeadsOnly,
        );
        let codes: Vec<String> = parsed.err().into_iter().flatten().map(|finding| finding.code).collect();
        assert!(
            !codes.iter().any(|code| code == "unknown_step_kind" || code == "not_in_this_version"),
            "{codes:?}"
        );
    }
}
