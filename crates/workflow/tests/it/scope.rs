//! What a scope holds, and who sees a change to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop_workflow::event::{EventHead, HeldEvent, Part, parse_body};
use bellhop_workflow::expression::{Expression, ExpressionError, Scope};
use bellhop_workflow::ids::StepId;
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{findings, rendered, with_step};

fn value(source: &str, scope: &Scope) -> Value {
    Expression::compile(source).expect(source).evaluate(scope).expect(source)
}

#[test]
fn an_event_is_what_its_json_is() {
    let body = br#"{"event": {"data": {"value": 2500000, "tags": ["a", null], "big": 18446744073709551615,
        "deep": {"er": {"1": true}}, "gone": null}, "old": {"value": 1.5}}}"#;
    let head = EventHead {
        data: Part::At("/event/data".to_owned()),
        previous: Part::Inline(json!({ "old": 1 })),
        ..event_head()
    };
    let event = HeldEvent { head, raw: parse_body(body) };
    let mut scope = Scope::new();
    let written = serde_json::to_string(&event.clone().into_event()).unwrap();
    scope.set_event(Some(Arc::new(event)));
    assert_eq!(scope.json("event").unwrap(), written);
    let fields: serde_json::Map<String, Value> = serde_json::from_str(&written).unwrap();
    for (name, field) in &fields {
        assert_eq!(&value(&format!("event.{name}"), &scope), field, "{name}");
        assert_eq!(value(&format!("'{name}' in event"), &scope), json!(true), "{name}");
    }
    assert_eq!(value("event | length", &scope), json!(fields.len()));
    assert_eq!(value("event.nothing is defined or 'nothing' in event", &scope), json!(false));
    scope.set("same", &Value::Object(fields));
    assert_eq!(value("event == same and same == event", &scope), json!(true));
    assert_eq!(value("event.data.value / 100", &scope), json!(25000.0));
    scope.set_event(None);
    assert_eq!(scope.json("event").unwrap(), "null");
}

/// Which of an event's values were asked for before makes no difference, and neither does how they came to be there.
#[test]
fn a_part_of_an_event_is_as_any_other_object() {
    let data = json!({ "b": 1, "a": ["x", { "c": null }], "deep": { "er": { "1": true } }, "none": null });
    let (mut plain, mut lazy) = (Scope::new(), Scope::new());
    let head = EventHead { data: Part::At("/data".to_owned()), ..event_head() };
    let event = HeldEvent { head, raw: json!({ "data": data }) };
    lazy.set_event(Some(Arc::new(event.clone())));
    plain.set("event", &serde_json::to_value(event.into_event()).unwrap());
    for source in [
        "event.data.b",
        "event.data['b'] + 1",
        "event.data.none is none",
        "event.data.nothing is defined",
        "event.data[1] is defined",
        "event.data.a",
        "event.data.a[1].c is none",
        "event.data.deep.er['1']",
        "event.data['deep']",
        "event.data | length",
        "event.data | items",
        "event.data | dictsort",
        "event.data | tojson",
        "event.data is mapping",
        "'a' in event.data",
        "'c' in event.data",
        "event.data | list",
        "event.data and true",
        "event.raw.data == event.data",
        "event.data == event.raw.data",
        "event.data != {}",
        "[event.data, event.data] | unique | length",
        "event.previous is none",
        "event.raw",
    ] {
        assert_eq!(value(source, &lazy), value(source, &plain), "{source}");
    }
}

fn event_head() -> EventHead {
    EventHead {
        id: "ev_1".to_owned(),
        kind: "lead.updated".to_owned(),
        object_type: "lead".to_owned(),
        action: "updated".to_owned(),
        time: Timestamp::from_micros(1_772_442_014_000_123),
        changed: vec!["value".to_owned()],
        source: "close".to_owned(),
        ids: [("lead_id".to_owned(), json!("lead_1")), ("user_id".to_owned(), Value::Null)]
            .into_iter()
            .collect(),
        data: Part::ABSENT,
        previous: Part::ABSENT,
    }
}

#[test]
fn now_is_the_instant_that_the_scope_was_told() {
    let mut scope = Scope::new();
    let instant = Timestamp::from_micros(1_772_442_014_000_123);
    scope.set_now(instant);
    scope.set("event", &json!({ "time": instant }));
    assert_eq!(value("now()", &scope), json!("2026-03-02T09:00:14.000123Z"));
    assert_eq!(value("now() == event.time and now() == now()", &scope), json!(true));
    assert_eq!(value("now() | date('%H:%M', 'Europe/Berlin')", &scope), json!("10:00"));
    scope.set_now(instant.plus(Duration::from_secs(1)));
    assert_eq!(value("now() > event.time", &scope), json!(true));
}

#[test]
fn a_scope_that_was_told_no_instant_says_where_there_is_one() {
    let error = Expression::compile("now()").unwrap().evaluate(&Scope::new()).unwrap_err();
    assert!(matches!(error, ExpressionError::Failed { .. }));
    assert!(error.to_string().starts_with("there is no `now()` here: it exists in steps"), "{error}");
}

#[test]
fn the_parser_knows_now_and_hints_at_it() {
    let step = |call: &str| with_step(&format!("uses: log\nwith: {{ message: '${{{{ {call} }}}}' }}"));
    assert!(findings(&step("now()")).is_empty());
    assert!(rendered(&findings(&step("utcnow()"))).contains("write `now()`"));
}

#[test]
fn a_root_is_shadowed_in_a_copy_only() {
    let mut outer = Scope::new();
    outer.set("item", &json!("outer"));
    outer.set("event", &json!({ "id": "ev_1" }));
    let mut inner = outer.clone();
    inner.set("item", &json!("inner"));
    inner.set("index", &json!(3));
    inner.unset("event");
    inner.unset("never");
    assert_eq!(value("[item, index, event is defined]", &inner), json!(["inner", 3, false]));
    assert_eq!(value("[item, index is defined, event.id]", &outer), json!(["outer", false, "ev_1"]));
}

#[test]
fn branches_see_the_same_past_and_not_each_other() {
    let (past, left, right) = (StepId::new("past"), StepId::new("left"), StepId::new("right"));
    let mut outer = Scope::new();
    outer.set_step(&past, &json!(1), StepStatus::Succeeded, None);
    let (mut one, mut other) = (outer.clone(), outer.clone());
    one.set_step(&left, &json!(2), StepStatus::Succeeded, None);
    other.set_step(&right, &json!(3), StepStatus::Succeeded, None);
    other.unset_step(&past);
    let names = "steps | list";
    assert_eq!(value(names, &one), json!(["left", "past"]));
    assert_eq!(value(names, &other), json!(["right"]));
    assert_eq!(value(names, &outer), json!(["past"]));
}

#[test]
fn a_large_value_is_shared_by_copies() {
    let mut scope = Scope::new();
    let fields: Value = (0..50_000).map(|index| json!({ "id": index, "name": "x" })).collect();
    scope.set("event", &json!({ "data": fields }));
    let begun = Instant::now();
    for index in 0..1_000 {
        let mut copy = scope.clone();
        copy.set("item", &json!(index));
        copy.set_step(&StepId::new("one"), &Value::Null, StepStatus::Succeeded, None);
        assert_eq!(value("event.data[item].id", &copy), json!(index));
    }
    // Copying it a thousand times would take minutes.
    assert!(begun.elapsed() < Duration::from_secs(5));
}
