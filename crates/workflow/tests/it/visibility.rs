//! Which steps, and which roots, an expression may name from where it stands.

use rstest::rstest;

use crate::support::{bad, found, good, rendered, with_steps};

/// A workflow with every block in it. `@x@` are places where an expression can be put; where none is, `true` stands.
const PLACES: &str = "
  - { id: first, if: @first@, uses: set, with: { a: 1 } }
  - id: enrich
    if: @enrich@
    parallel:
      crm:
        - { id: crm_a, uses: set, with: { a: 1 } }
        - { id: crm_b, if: @crm_b@, uses: set, with: { a: 1 } }
      score:
        - { id: score_a, if: @score_a@, uses: set, with: { a: 1 } }
  - id: each
    for_each: \"[@list@]\"
    as: contact
    steps:
      - { id: each_a, uses: set, with: { a: 1 } }
      - { id: each_b, if: @each_b@, uses: set, with: { a: 1 } }
      - id: inner
        for_each: contact.phones
        steps:
          - { id: inner_a, if: @inner_a@, uses: set, with: { a: 1 } }
  - id: route
    switch:
      - when: \"[@when@]\"
        steps: [{ id: arm_a, uses: set, with: { a: 1 } }]
      - default: true
        steps: [{ id: arm_b, if: @arm_b@, uses: set, with: { a: 1 } }]
  - id: guarded
    try:
      - { id: try_a, if: @try_a@, uses: set, with: { a: 1 } }
      - { id: try_b, if: @try_b@, parallel: { x: [{ id: try_x, uses: set, with: { a: 1 } }] } }
    catch:
      - { id: catch_a, if: @catch_a@, uses: set, with: { a: 1 } }
    finally:
      - { id: finally_a, if: @finally_a@, uses: set, with: { a: 1 } }
  - id: poll
    if: @poll@
    loop: { until: \"[@until@]\" }
    steps:
      - { id: check, if: @check@, uses: set, with: { a: 1 } }
      - { id: check_b, if: @check_b@, uses: set, with: { a: 1 } }
  - { id: last, if: @last@, uses: set, with: { a: 1 } }
on_failure:
  - { id: sorry, if: @sorry@, uses: set, with: { a: 1 } }
  - { id: sorry_b, if: @sorry_b@, uses: set, with: { a: 1 } }
outputs:
  a: ${{ @outputs@ }}
";

/// The workflow with an expression at one of its places.
fn put(place: &str, expression: &str) -> String {
    let filled = PLACES.replace(&format!("@{place}@"), expression);
    assert_ne!(filled, PLACES, "there is no place `{place}`");
    let parts: Vec<&str> = filled.split('@').collect();
    let rest: Vec<&str> = parts
        .iter()
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { *part } else { "event.id" })
        .collect();
    with_steps(&rest.concat())
}

fn codes(place: &str, expression: &str) -> Vec<String> {
    found(&put(place, expression)).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn the_workflow_itself_is_good() {
    good(&put("first", "event.id"));
}

#[rstest]
#[case("first", &[], &["first", "enrich", "last", "sorry"])]
#[case("enrich", &["first"], &["enrich", "crm_a"])]
#[case("crm_b", &["first", "crm_a"], &["crm_b", "enrich", "score_a", "each"])]
#[case("score_a", &["first"], &["crm_a", "crm_b", "enrich"])]
#[case("list", &["first", "enrich"], &["each", "each_a", "crm_a"])]
#[case("each_b", &["first", "enrich", "each_a"], &["each", "inner", "inner_a", "crm_b"])]
#[case("inner_a", &["first", "each_a", "each_b"], &["inner", "each", "inner_a"])]
#[case("when", &["each"], &["route", "arm_a", "each_a"])]
#[case("arm_b", &["each"], &["arm_a", "route", "guarded"])]
#[case("try_a", &["route"], &["arm_a", "try_b", "catch_a", "guarded"])]
#[case("try_b", &["try_a"], &["try_x", "finally_a"])]
#[case("catch_a", &["try_a", "try_b", "route"], &["try_x", "guarded", "finally_a", "arm_b"])]
#[case("finally_a", &["try_a", "try_b", "catch_a"], &["try_x", "guarded", "poll"])]
#[case("poll", &["guarded", "try_a", "catch_a", "finally_a"], &["check", "poll", "try_x"])]
#[case("until", &["check", "check_b", "guarded", "try_b"], &["poll", "last", "try_x"])]
#[case("check", &["guarded"], &["check", "check_b", "poll"])]
#[case("check_b", &["check"], &["check_b"])]
#[case("last", &["poll", "check", "check_b", "try_a", "finally_a", "route"], &["arm_a", "each_a", "inner_a", "try_x"])]
#[case("sorry", &["first", "enrich", "last", "check", "catch_a"], &["crm_a", "each_b", "sorry", "sorry_b"])]
#[case("sorry_b", &["sorry", "last"], &["arm_b"])]
#[case("outputs", &["first", "last", "check", "catch_a"], &["crm_a", "inner", "sorry"])]
fn steps(#[case] place: &str, #[case] visible: &[&str], #[case] hidden: &[&str]) {
    for step in visible {
        assert_eq!(codes(place, &format!("steps.{step}.output")), [""; 0], "{step} from {place}");
    }
    for step in hidden {
        let codes = codes(place, &format!("steps.{step}.output"));
        let is_refused =
            matches!(codes.as_slice(), [code] if code == "step_runs_later" || code == "step_in_other_branch");
        assert!(is_refused, "{step} from {place}: {codes:?}");
    }
}

#[rstest]
#[case(
    "crm_b",
    "score_a",
    "step_in_other_branch",
    "put it before `enrich`, or this step after `enrich`, where its branch gives `steps.enrich.output.score`"
)]
#[case("arm_b", "arm_a", "step_in_other_branch", "put it before `route`, so that every arm can name it")]
#[case(
    "last",
    "crm_b",
    "step_in_other_branch",
    "`steps.enrich.output.crm` is what the last step of its branch gave"
)]
#[case(
    "last",
    "inner_a",
    "step_in_other_branch",
    "`steps.each.output` is the list of what the last step gave for each item"
)]
#[case(
    "last",
    "arm_b",
    "step_in_other_branch",
    "`steps.route.output` is what the last step of the arm gave that was taken"
)]
#[case(
    "catch_a",
    "try_x",
    "step_in_other_branch",
    "`steps.try_b.output.x` is what the last step of its branch gave"
)]
#[case(
    "try_a",
    "catch_a",
    "step_runs_later",
    "steps that have run by then: `first`, `enrich`, `each` and `route`"
)]
fn the_hint_is_what_to_write_instead(
    #[case] place: &str,
    #[case] step: &str,
    #[case] code: &str,
    #[case] help: &str,
) {
    let findings = bad(&put(place, &format!("steps.{step}.output")));
    let [finding] = findings.as_slice() else { panic!("{}", rendered(&findings)) };
    assert_eq!((finding.code.as_str(), finding.help.as_deref()), (code, Some(help)));
}

#[rstest]
#[case("each_b", &["contact.name", "index"], &["item", "error.kind"])]
#[case("inner_a", &["contact.name", "item", "index"], &["error.kind"])]
#[case("list", &["event.id"], &["contact", "item", "index"])]
#[case("check", &["index"], &["item", "contact", "error.kind"])]
#[case("until", &["index"], &["item", "error.kind"])]
#[case("poll", &["event.id"], &["index"])]
#[case("try_a", &["event.id"], &["error.kind"])]
#[case("catch_a", &["error.step", "error.kind", "error.message", "error.attempt", "error.status"], &["index", "item"])]
#[case("finally_a", &["event.id"], &["error.kind"])]
#[case("sorry", &["error.message", "vars", "inputs.x", "execution.id"], &["item", "index"])]
#[case("outputs", &["event.id", "trigger.id", "workflow.name", "execution.attempt", "inputs.x"], &["item", "error.kind"])]
fn roots(#[case] place: &str, #[case] there: &[&str], #[case] missing: &[&str]) {
    for expression in there {
        assert_eq!(codes(place, expression), [""; 0], "{expression} from {place}");
    }
    for expression in missing {
        assert_eq!(codes(place, expression), ["unknown_name"], "{expression} from {place}");
    }
}

#[rstest]
#[case("catch_a", "error.reason", "unknown_field")]
#[case("last", "steps.enrich.output.crmm", "unknown_field")]
#[case("last", "steps.enrich.output.crm.name", "")]
#[case("last", "steps.each.output.whatever", "")]
fn fields_are_checked_where_they_are_known(
    #[case] place: &str,
    #[case] expression: &str,
    #[case] code: &str,
) {
    let expected: Vec<&str> = [code].into_iter().filter(|code| !code.is_empty()).collect();
    assert_eq!(codes(place, expression), expected);
}

#[test]
fn an_item_may_be_called_as_an_outer_one() {
    good(&with_steps(
        "
  - for_each: event.data
    steps:
      - for_each: item
        steps: [{ uses: log, with: { message: \"${{ item }} ${{ index }}\" } }]",
    ));
}

/// A step that waits at the top, and one inside of a loop.
fn waiting(top: &str, inside: &str) -> Vec<(String, usize)> {
    found(&with_steps(&format!(
        "
  - {{ id: tell, uses: log, with: {{ message: '${{{{ {top} }}}}' }} }}
  - {{ id: approve, uses: wait_for, with: {{}} }}
  - loop: {{ until: index > 2 }}
    steps:
      - {{ id: again, uses: wait_for, with: {{}} }}
      - {{ uses: log, with: {{ message: '${{{{ {inside} }}}}' }} }}"
    )))
}

#[rstest]
#[case("execution.resume_urls.approve", "execution.resume_urls.again", &[])]
#[case("execution.resume_urls", "execution.resume_urls.approve", &[])]
#[case("execution.resume_urls.aprove", "event.id", &[("unknown_step", 5)])]
#[case("execution.resume_urls.tell", "event.id", &[("unknown_field", 5)])]
#[case("execution.resume_urls.again", "event.id", &[("step_in_other_branch", 5)])]
fn urls_of_steps_that_wait(#[case] top: &str, #[case] inside: &str, #[case] expected: &[(&str, usize)]) {
    let expected: Vec<(String, usize)> =
        expected.iter().map(|(code, line)| ((*code).to_owned(), *line)).collect();
    assert_eq!(waiting(top, inside), expected);
}

#[rstest]
#[case("manual: { inputs: { email: string } }", "inputs.email", true)]
#[case("manual: { inputs: { email: string } }", "inputs.phone", false)]
#[case("manual: { inputs: { email: string } }", "inputs", true)]
#[case("manual:", "inputs.phone", true)]
#[case("webhook:", "inputs.phone", true)]
fn inputs_are_known_where_the_trigger_says_them(
    #[case] trigger: &str,
    #[case] expression: &str,
    #[case] is_good: bool,
) {
    let yaml =
        format!("name: demo\ntriggers:\n  - {trigger}\nsteps:\n  - if: {expression}\n    uses: return\n");
    let expected = (!is_good).then(|| ("unknown_input".to_owned(), 5));
    assert_eq!(found(&yaml), expected.into_iter().collect::<Vec<_>>());
}
