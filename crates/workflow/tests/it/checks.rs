//! What can be seen to be wrong before anything runs.

use rstest::rstest;

use crate::support::{found, good, with_steps};

const STEPS: &str = "steps: [{ uses: log, with: { message: a } }]";

fn arms(arms: &[&str]) -> Vec<(String, usize)> {
    let arms: Vec<String> = arms.iter().map(|arm| format!("      - {arm}\n        {STEPS}\n")).collect();
    found(&with_steps(&format!("  - switch:\n{}", arms.concat())))
}

#[rstest]
#[case(&["when: event.data.a", "when: event.data.b", "default: true"], &[])]
#[case(&["when: true", "when: event.data.b", "default: true"], &[8, 10])]
#[case(&["when: \"${{ true }}\"", "default: true"], &[8])]
#[case(&["when: false", "when: event.data.b"], &[6])]
#[case(&["when: event.data.a == 1", "when: event.data.b", "when: ${{ event.data.a  == 1 }}"], &[10])]
#[case(&["when: event.data.a == 'x y'", "when: event.data.a == 'x  y'"], &[])]
fn arms_that_are_never_taken(#[case] written: &[&str], #[case] lines: &[usize]) {
    let expected: Vec<_> = lines.iter().map(|line| ("unreachable_arm".to_owned(), *line)).collect();
    assert_eq!(arms(written), expected);
}

#[rstest]
#[case("  - uses: return\n  - uses: return\n  - uses: return", &[6])]
#[case("  - { uses: fail, with: { message: a } }\n  - uses: return", &[6])]
#[case("  - { uses: return, if: true }\n  - uses: return", &[6])]
#[case("  - { uses: return, if: event.id }\n  - uses: return", &[])]
#[case("  - { uses: fail, with: { message: a }, continue_on_error: true }\n  - uses: return", &[])]
#[case("  - for_each: event.data\n    steps:\n      - uses: return\n      - uses: return\n  - uses: return", &[8])]
#[case("  - try:\n      - uses: return\n    finally:\n      - uses: return", &[])]
#[case("  - uses: return\non_failure:\n  - uses: return", &[])]
fn steps_that_are_never_reached(#[case] steps: &str, #[case] lines: &[usize]) {
    let expected: Vec<_> = lines.iter().map(|line| ("unreachable_step".to_owned(), *line)).collect();
    assert_eq!(found(&with_steps(steps)), expected);
}

#[rstest]
#[case("true", true)]
#[case("\"false\"", true)]
#[case("${{ true }}", true)]
#[case("index > 3", false)]
fn a_loop_until_something_that_never_changes(#[case] until: &str, #[case] is_noted: bool) {
    let yaml = with_steps(
        &format!("  - loop: {{ until: {until} }}\n    {STEPS}").replace("${{ true }}", "'${{ true }}'"),
    );
    let expected = is_noted.then(|| ("constant_until".to_owned(), 5));
    assert_eq!(found(&yaml), expected.into_iter().collect::<Vec<_>>());
    good(&yaml);
}

fn answering(trigger: &str, steps: &str) -> Vec<(String, usize)> {
    found(&format!("name: demo\ntriggers:\n  - {trigger}\nsteps:\n  - {steps}\n"))
}

const RESPOND: &str = "{ uses: respond, with: { status: 201 } }";

#[rstest]
#[case("manual:", RESPOND)]
#[case("webhook:", RESPOND)]
#[case("webhook:", "{ for_each: event.data, steps: [{ uses: respond, with: { status: 201 } }] }")]
fn an_answer_that_nobody_waits_for(#[case] trigger: &str, #[case] step: &str) {
    assert_eq!(answering(trigger, step), [("respond_without_webhook".to_owned(), 5)]);
}

#[test]
fn an_answer_and_a_webhook_that_waits_for_it() {
    assert_eq!(answering("webhook: { response: respond_step }", RESPOND), []);
    assert_eq!(
        answering("webhook: { response: respond_step }", "uses: return"),
        [("webhook_without_respond".to_owned(), 3)]
    );
}
