//! `close` triggers: filters by Close's grammar, events that count only where they publish something, and events that
//! come twice.

use bellhop_workflow::diagnostic::{Diagnostic, Severity};
use bellhop_workflow::model::{CloseFilter, CloseTrigger, TriggerKind};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{bad, findings, good};

fn workflow(events: &str, filters: &str) -> String {
    format!(
        "name: demo\ntriggers:\n  - close:\n      events: [{events}]\n{filters}steps:\n  - uses: log\n    with: {{ message: a }}\n"
    )
}

fn filtered(filter: &str) -> String {
    workflow("lead.created", &format!("      filters: {filter}\n"))
}

fn trigger(yaml: &str) -> CloseTrigger {
    match good(yaml).triggers.remove(0).kind {
        TriggerKind::Close(close) => close,
        other => panic!("{other:?}"),
    }
}

/// Filters that are wrong: the code, the filter, and what is marked.
const WRONG: &[(&str, &str, &str)] = &[
    ("wrong_type", "won", "won"),
    ("missing_key", "{}", "{}"),
    ("invalid_value", "{ type: object_accessor, field: data }", "object_accessor"),
    ("missing_key", "{ type: equals }", "{ type: equals }"),
    ("unknown_key", "{ type: is_null, value: 1 }", "value"),
    ("missing_key", "{ type: field_accessor, field: data }", "{ type: field_accessor, field: data }"),
    ("invalid_value", "{ type: field_accessor, field: '', filter: { type: is_null } }", "''"),
    ("wrong_type", "{ type: and, filters: { type: is_null } }", "{ type: is_null }"),
    ("missing_key", "{ type: or, filters: [] }", "[]"),
    ("invalid_value", "{ type: not, filter: { type: equals, value: '${{ vars.x }}' } }", "'${{ vars.x }}'"),
    (
        "wrong_type",
        "{ type: field_accessor, field: data, filter: { type: any_array_value, filter: 7 } }",
        "7",
    ),
];

/// All mistakes here, for the tests of codes.
pub(crate) fn mistakes() -> Vec<(&'static str, String)> {
    let wrong = WRONG.iter().map(|(code, filter, _)| (*code, filtered(filter)));
    wrong.chain([("two_events_for_one", workflow("task.completed, task.lead.completed", ""))]).collect()
}

fn marked(diagnostic: &Diagnostic) -> String {
    let line = diagnostic.source_line.chars().skip(diagnostic.column - 1);
    line.take(diagnostic.end_column - diagnostic.column).collect()
}

#[test]
fn a_filter_that_close_would_not_take_is_marked_where_it_is_wrong() {
    for (code, filter, place) in WRONG {
        let found = bad(&filtered(filter));
        let [diagnostic] = found.as_slice() else { panic!("{filter}: {found:#?}") };
        // Of a map or a list, its beginning is marked.
        let place = if place.starts_with(['{', '[']) { &place[..1] } else { *place };
        assert_eq!((diagnostic.code.as_str(), marked(diagnostic).as_str()), (*code, place), "{filter}");
        assert!(diagnostic.path.starts_with("triggers[0].close.filters"), "{}", diagnostic.path);
    }
}

#[rstest]
#[case::not_in_the_object(
    "{ type: field_accessor, field: status_id, filter: { type: is_null } }",
    "field: data"
)]
#[case::a_path("{ type: field_accessor, field: data.status_id, filter: { type: is_null } }", "step by step")]
fn a_field_that_no_event_has_is_warned_of(#[case] filter: &str, #[case] help: &str) {
    let found = findings(&filtered(filter));
    let [diagnostic] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(diagnostic.severity, Severity::Warning);
    assert!(diagnostic.help.as_ref().is_some_and(|text| text.contains(help)), "{diagnostic:#?}");
}

const WON: &str = "{ type: and, filters: [
        { type: field_accessor, field: changed_fields, filter: { type: contains, value: status_id } },
        { type: field_accessor, field: data, filter: { type: field_accessor, field: custom.cf_region, filter: { type: equals, value: north } } }] }";

#[rstest]
#[case::as_asked("lead", "updated", "status_id", "north", true)]
#[case::another_field("lead", "updated", "name", "north", false)]
#[case::another_region("lead", "updated", "status_id", "south", false)]
#[case::another_event("lead", "merged", "status_id", "north", false)]
#[case::another_object("contact", "updated", "status_id", "north", false)]
fn a_subscription_delivers_its_events_that_pass_its_filter(
    #[case] object_type: &str,
    #[case] action: &str,
    #[case] changed: &str,
    #[case] region: &str,
    #[case] delivers: bool,
) {
    let close = trigger(&workflow("lead.*", &format!("      filters: {WON}\n")));
    let event = json!({
        "object_type": object_type, "action": action, "changed_fields": [changed],
        "data": { "custom.cf_region": region },
    });
    assert_eq!(close.subscribes_to(&event), delivers);
    assert!(close.filters.is_some());
}

#[rstest]
#[case::equals(json!({ "type": "equals", "value": 7 }), json!(7), true)]
#[case::not_equals(json!({ "type": "not_equals", "value": 7 }), json!(7), false)]
#[case::null(json!({ "type": "is_null" }), Value::Null, true)]
#[case::something(json!({ "type": "non_null" }), Value::Null, false)]
#[case::in_a_list(json!({ "type": "contains", "value": "a" }), json!(["b", "a"]), true)]
#[case::in_a_text(json!({ "type": "contains", "value": "ell" }), json!("hello"), true)]
#[case::in_a_number(json!({ "type": "contains", "value": "1" }), json!(1), false)]
#[case::either(json!({ "type": "or", "filters": [{ "type": "is_null" }, { "type": "equals", "value": 7 }] }), json!(7), true)]
#[case::both(json!({ "type": "and", "filters": [{ "type": "non_null" }, { "type": "equals", "value": 8 }] }), json!(7), false)]
#[case::neither(json!({ "type": "not", "filter": { "type": "is_null" } }), json!(7), true)]
#[case::not_there(json!({ "type": "field_accessor", "field": "a", "filter": { "type": "is_null" } }), json!({}), true)]
#[case::an_element(json!({ "type": "any_array_value", "filter": { "type": "equals", "value": 2 } }), json!([1, 2]), true)]
#[case::no_list(json!({ "type": "any_array_value", "filter": { "type": "equals", "value": 2 } }), json!(2), false)]
fn a_filter_matches_as_close_says(#[case] filter: Value, #[case] value: Value, #[case] matches: bool) {
    let filter: CloseFilter = serde_json::from_value(filter).unwrap();
    assert_eq!(filter.matches(&value), matches);
}

#[test]
fn what_is_wanted_anyway_need_not_publish_anything() {
    let published = |events: &str| {
        let close = trigger(&workflow(events, ""));
        ["created", "updated"].map(|action| close.wants_only_published("lead", action))
    };
    assert_eq!(published("lead.published"), [true, true]);
    assert_eq!(published("lead.published, lead.created"), [false, true]);
    assert_eq!(published("lead.*, lead.published"), [false, false]);
}

#[rstest]
#[case::both("task.completed, task.lead.completed", true)]
#[case::the_other_way("task.lead.completed, task.completed", true)]
#[case::one("task.completed, lead.created", false)]
fn one_completion_that_would_start_two_executions_is_warned_of(#[case] events: &str, #[case] warns: bool) {
    let found = findings(&workflow(events, ""));
    assert_eq!(found.iter().any(|one| one.code == "two_events_for_one"), warns, "{found:#?}");
    good(&workflow(events, ""));
}
