//! `uses: close.lead.get` and its kin: their keys are checked, and they become ordinary `close` steps.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::{Action, StepKind};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{bad, good, with_step};

/// What the step asks for, where the event is about the lead `lead_1`.
fn request(step: &str) -> Value {
    let workflow = good(&with_step(step));
    let Action::Uses { kind, with } = &workflow.steps[0].action else { panic!("no single step") };
    assert_eq!(*kind, StepKind::Close);
    let mut scope = Scope::new();
    scope.set("event", &json!({ "lead_id": "lead_1", "data": { "text": "a/b?c", "value": 7 } }));
    with.render(&scope).unwrap()
}

#[rstest]
#[case::get(
    "uses: close.lead.get\nwith: { id: '${{ event.lead_id }}', fields: 'id,name' }",
    json!({ "method": "GET", "path": "/lead/lead_1/", "query": { "_fields": "id,name" } })
)]
#[case::an_id_cannot_break_out(
    "uses: close.lead.delete\nwith: { id: '${{ event.data.text }}' }",
    json!({ "method": "DELETE", "path": "/lead/a%2Fb%3Fc/" })
)]
#[case::create(
    "uses: close.lead.create\nwith: { name: Acme, custom: { cf_1: '${{ event.data.value }}' }, credential: sales }",
    json!({ "method": "POST", "path": "/lead/", "json": { "name": "Acme", "custom.cf_1": 7 }, "credential": "sales" })
)]
#[case::create_nothing("uses: close.lead.create", json!({ "method": "POST", "path": "/lead/", "json": {} }))]
#[case::update(
    "uses: close.opportunity.update\nwith: { id: oppo_1, value: 100, custom: { custom.cf_1: a } }",
    json!({ "method": "PUT", "path": "/opportunity/oppo_1/", "json": { "value": 100, "custom.cf_1": "a" } })
)]
#[case::complete(
    "uses: close.task.complete\nwith: { id: task_1 }",
    json!({ "method": "PUT", "path": "/task/task_1/", "json": { "is_complete": true } })
)]
#[case::list(
    "uses: close.note.list\nwith: { lead_id: '${{ event.lead_id }}', limit: 300 }",
    json!({ "method": "GET", "path": "/activity/note/", "query": { "lead_id": "lead_1" }, "paginate": true, "limit": 300 })
)]
#[case::list_of_the_usual_length(
    "uses: close.contact.list",
    json!({ "method": "GET", "path": "/contact/", "paginate": true, "limit": 100 })
)]
#[case::activity(
    "uses: close.custom_activity.create\nwith: { lead_id: lead_1, type: actitype_1, status: draft }",
    json!({ "method": "POST", "path": "/activity/custom/", "json": {
        "lead_id": "lead_1", "custom_activity_type_id": "actitype_1", "status": "draft" } })
)]
#[case::search(
    "uses: close.search\nwith: { query: { type: match_all }, fields: { lead: [id] } }",
    json!({ "method": "POST", "path": "/data/search/", "paginate": true, "limit": 100,
        "json": { "query": { "type": "match_all" }, "_fields": { "lead": ["id"] } } })
)]
fn a_call_is_a_request(#[case] step: &str, #[case] wanted: Value) {
    assert_eq!(request(step), wanted);
}

#[rstest]
#[case::no_with("uses: close.lead.get", "missing_key")]
#[case::no_id("uses: close.lead.get\nwith: { fields: id }", "missing_key")]
#[case::no_change("uses: close.lead.update\nwith: { id: lead_1 }", "missing_key")]
#[case::a_slip("uses: close.lead.update\nwith: { id: lead_1, nam: Acme }", "unknown_key")]
#[case::no_id_at_all("uses: close.lead.get\nwith: { id: '../me' }", "invalid_value")]
#[case::another_type("uses: close.opportunity.create\nwith: { lead_id: lead_1, value: much }", "wrong_type")]
#[case::another_word(
    "uses: close.custom_activity.update\nwith: { id: acti_1, status: sent }",
    "invalid_value"
)]
#[case::computed_names("uses: close.lead.create\nwith: { custom: '${{ event.data }}' }", "wrong_type")]
#[case::another_call("uses: close.lead.gte\nwith: { id: lead_1 }", "unknown_step_kind")]
#[case::a_limit_alone("uses: close\nwith: { path: /lead/, limit: 5 }", "conflicting_keys")]
fn a_mistake_is_named(#[case] step: &str, #[case] code: &str) {
    let found = bad(&with_step(step));
    assert!(found.iter().any(|one| one.code == code), "{found:#?}");
}

#[test]
fn a_slip_in_the_name_of_a_call_is_guessed() {
    let found = bad(&with_step("uses: close.lead.gte\nwith: { id: lead_1 }"));
    assert!(found[0].help.as_ref().is_some_and(|help| help.contains("close.lead.get")), "{found:#?}");
}
