//! What steps are called.

use rstest::rstest;

use crate::support::{found, good, with_steps};

const STEP: &str = "{ uses: set, with: { a: 1 } }";

#[test]
fn steps_without_an_id_are_called_after_where_they_stand() {
    let workflow = good(&with_steps(&format!(
        "
  - {STEP}
  - parallel: {{ crm: [{STEP}, {STEP}], score_2: [{STEP}] }}
  - id: named
    for_each: event.data
    steps: [{STEP}]
  - try: [{STEP}]
    catch: [{STEP}]
    finally: [{STEP}]
  - switch:
      - {{ when: event.id, steps: [{STEP}] }}
      - {{ default: true, steps: [{STEP}] }}
  - loop: {{ until: index > 1 }}
    steps:
      - for_each: event.data
        steps: [{STEP}]
on_failure:
  - {STEP}
  - try: [{STEP}]
    catch: [{STEP}]"
    )));
    let ids: Vec<&str> = workflow.all_steps().into_iter().map(|step| step.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "step_1",
            "step_2",
            "step_2_crm_1",
            "step_2_crm_2",
            "step_2_score_2_1",
            "named",
            "step_3_1",
            "step_4",
            "step_4_try_1",
            "step_4_catch_1",
            "step_4_finally_1",
            "step_5",
            "step_5_0_1",
            "step_5_1_1",
            "step_6",
            "step_6_1",
            "step_6_1_1",
            "step_on_failure_1",
            "step_on_failure_2",
            "step_on_failure_2_try_1",
            "step_on_failure_2_catch_1",
        ]
    );
}

#[test]
fn two_positions_that_read_alike_are_told_apart() {
    let workflow = good(&with_steps(&format!(
        "
  - parallel:
      crm: [{{ for_each: event.data, steps: [{STEP}] }}]
      crm_1: [{STEP}]"
    )));
    let ids: Vec<&str> = workflow.all_steps().into_iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["step_1", "step_1_crm_1", "step_1_crm_1_1", "step_1_crm_1_1_x"]);
}

#[rstest]
#[case("step_1", Some("reserved_id"))]
#[case("step_12_crm_1", Some("reserved_id"))]
#[case("step_1x", Some("reserved_id"))]
#[case("step_on_failure_1", Some("reserved_id"))]
#[case("step_one", None)]
#[case("step_on_failure", None)]
#[case("step", None)]
#[case("steps", Some("reserved_id"))]
#[case("loop", Some("reserved_id"))]
#[case("Lead", Some("invalid_name"))]
#[case("7up", Some("invalid_name"))]
fn what_an_id_can_be(#[case] id: &str, #[case] code: Option<&str>) {
    let nested =
        format!("  - for_each: event.data\n    steps: [{{ id: {id}, uses: set, with: {{ a: 1 }} }}]");
    let codes: Vec<String> = found(&with_steps(&nested)).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, code.into_iter().collect::<Vec<_>>());
}

#[rstest]
#[case::branches(
    "  - parallel:\n      one:\n        - { id: a, uses: return }\n      two:\n        - { id: a, uses: return }",
    9
)]
#[case::depths("  - id: a\n    for_each: event.data\n    steps:\n      - { id: a, uses: return }", 8)]
#[case::on_failure("  - { id: a, uses: return }\non_failure:\n  - { id: a, uses: return }", 7)]
fn an_id_is_given_once_in_the_whole_workflow(#[case] steps: &str, #[case] line: usize) {
    assert_eq!(found(&with_steps(steps)), [("duplicate_id".to_owned(), line)]);
}

#[test]
fn an_alias_that_repeats_a_step_with_its_id_is_told_so() {
    let yaml = with_steps("  - &again { id: a, uses: set, with: { b: 1 } }\n  - *again");
    let findings = crate::support::bad(&yaml);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.contains("an alias repeats this step"), "{}", findings[0].message);
}
