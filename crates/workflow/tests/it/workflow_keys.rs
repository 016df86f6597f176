//! What the keys of a workflow beside its steps become.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::Workflow;
use rstest::rstest;
use serde_json::json;

use crate::support::{found, good, scope};

fn keys(keys: &str) -> String {
    format!(
        "name: demo\ntriggers:\n  - manual:\n{keys}\nsteps:\n  - id: lead\n    uses: set\n    with: {{ a: 1 }}\n  - for_each: event.data\n    steps: [{{ id: inner, uses: set, with: {{ a: 1 }} }}]\n"
    )
}

fn workflow(text: &str) -> Workflow {
    good(&keys(text))
}

#[test]
fn concurrency_is_a_limit_with_or_without_a_key() {
    assert!(workflow("description: a").concurrency.is_none());

    let short = workflow("concurrency: 3").concurrency.expect("a limit");
    assert_eq!(short.limit.get(), 3);
    assert!(short.key.is_none());

    let full =
        workflow("concurrency:\n  limit: 1\n  key: lead ${{ event.lead_id }}").concurrency.expect("a limit");
    let key = full.key.expect("a key");
    assert_eq!(key.render(&scope(&json!({ "lead_id": "lead_1" }))), Ok(json!("lead lead_1")));
}

#[rstest]
#[case("concurrency: 0", "invalid_value")]
#[case("concurrency: 10001", "invalid_value")]
#[case("concurrency: '3'", "wrong_type")]
#[case("concurrency: { key: a }", "missing_key")]
#[case("concurrency: { limit: 1.5 }", "invalid_value")]
#[case("concurrency: { limit: 1, key: [a] }", "wrong_type")]
#[case("concurrency: { limit: 1, key: \"${{ vars.x }}\" }", "unknown_name")]
#[case("concurrency: { limit: 1, key: \"${{ steps.lead.output }}\" }", "unknown_name")]
#[case("concurrency: { limit: 1, key: \"${{ execution.id }}\" }", "unknown_name")]
#[case("concurrency: { limit: 1, max: 2 }", "unknown_key")]
#[case("on_failure: []", "missing_key")]
#[case("on_failure: { uses: log }", "wrong_type")]
#[case("outputs: [a]", "wrong_type")]
#[case("outputs: { a: \"${{ steps.inner.output }}\" }", "step_in_other_branch")]
#[case("inputs: { name: string }", "unknown_key")]
#[case("mask: event.data", "wrong_type")]
#[case("mask: [event]", "invalid_path")]
#[case("mask: [inputs]", "invalid_path")]
#[case("mask: [vars.channel]", "invalid_path")]
#[case("mask: [steps.lead]", "invalid_path")]
#[case("mask: [steps.lead.error]", "invalid_path")]
#[case("mask: [steps.laed.output]", "unknown_step")]
#[case("mask: [\"${{ event.data.x }}\"]", "invalid_path")]
#[case("mask: [event..x]", "invalid_path")]
#[case("mask: [event.data.]", "invalid_path")]
#[case("mask: [\"event.data[\"]", "invalid_path")]
#[case("mask: [\"event.data[x]\"]", "invalid_path")]
#[case("mask: [event.date.contacts]", "unknown_field")]
#[case("mask: [1]", "wrong_type")]
fn what_is_refused(#[case] text: &str, #[case] code: &str) {
    assert_eq!(found(&keys(text)), [(code.to_owned(), 4)]);
}

#[test]
fn places_are_masked_by_their_names_in_either_writing() {
    let workflow = workflow(
        "mask:\n  - event.data.contacts\n  - inputs.password\n  - steps.lead.output\n  - steps.inner.output.a.0.b\n  - event.data[\"custom.cf_1\"]['x'][0].y",
    );
    let paths: Vec<Vec<&str>> =
        workflow.mask.iter().map(|path| path.0.iter().map(String::as_str).collect()).collect();
    assert_eq!(
        paths,
        [
            vec!["event", "data", "contacts"],
            vec!["inputs", "password"],
            vec!["steps", "lead", "output"],
            vec!["steps", "inner", "output", "a", "0", "b"],
            vec!["event", "data", "custom.cf_1", "x", "0", "y"],
        ]
    );
}

#[test]
fn outputs_are_rendered_as_a_map() {
    assert!(workflow("description: a").outputs.is_none());
    let outputs = workflow("outputs:\n  id: ${{ event.id }}\n  fixed: [1]").outputs.expect("outputs");
    assert_eq!(outputs.render(&scope(&json!({ "id": "ev_1" }))), Ok(json!({ "id": "ev_1", "fixed": [1] })));
    let empty = workflow("outputs: {}").outputs.expect("outputs");
    assert_eq!(empty.render(&Scope::new()), Ok(json!({})));
}

#[test]
fn on_failure_is_a_list_of_steps() {
    let workflow = workflow("on_failure:\n  - { uses: log, with: { message: \"${{ error.message }}\" } }");
    let ids: Vec<&str> = workflow.on_failure.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["step_on_failure_1"]);
}
