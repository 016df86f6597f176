//! What events carry is known, as far as the simulator tells.

use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Severity;
use bellhop_workflow::model::EventPair;
use bellhop_workflow::{EventCatalogue as _, PayloadFields, parse};
use close_simulator::{EventDraft, event_body};
use serde_json::Value;

fn fields(event: &EventPair) -> &'static PayloadFields {
    catalogue().fields("close", event).unwrap_or_else(|| panic!("nothing is known of {event:?}"))
}

/// The names in an object that are not known, with those of objects within it.
fn unknown(known: &PayloadFields, object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        if !known.has(name) {
            found.push(name.clone());
        }
        if let Some(Some(inner)) = known.fields.get(name) {
            found.extend(unknown(inner, value).into_iter().map(|inner| format!("{name}.{inner}")));
        }
    }
    found
}

#[test]
fn every_field_that_the_simulator_sends_is_known() {
    let now = "2026-03-02T09:20:11.004Z".parse().unwrap();
    for event in catalogue().events() {
        let draft = EventDraft::new(&event.object_type, &event.action);
        let body = event_body(&draft, "whsub_1", 7, now).unwrap();
        for object in [&body["event"]["data"], &body["event"]["previous_data"]] {
            assert_eq!(unknown(fields(&event.pair()), object), [""; 0], "{}", event.name());
        }
    }
}

#[test]
fn of_every_event_it_is_known_what_it_has_and_what_not() {
    for event in catalogue().events() {
        assert!(fields(&event.pair()).fields.len() >= 10, "{}", event.name());
        assert!(!fields(&event.pair()).has("no_such_field"), "{}", event.name());
    }
}

#[test]
fn custom_fields_are_known_where_objects_have_them() {
    let open: Vec<String> = {
        let pairs = catalogue().events().iter().filter(|event| fields(&event.pair()).has("custom.cf_4Fz0"));
        let mut types: Vec<String> = pairs.map(|event| event.object_type.clone()).collect();
        types.dedup();
        types
    };
    assert_eq!(open, ["lead", "contact", "opportunity", "activity.custom_activity", "custom_object"]);
}

#[test]
fn another_vendors_events_are_not_known() {
    let event = EventPair { object_type: "lead".to_owned(), action: "created".to_owned() };
    assert!(catalogue().fields("github", &event).is_none());
    let event = EventPair { object_type: "moon".to_owned(), action: "landed".to_owned() };
    assert!(catalogue().fields("close", &event).is_none());
}

#[test]
fn a_slip_in_a_workflow_is_pointed_out() {
    let yaml = "name: a\ntriggers:\n  - close: { events: [opportunity.status_change] }\n    where: event.data.new_status_typ == 'won'\nsteps:\n  - uses: log\n    with: { message: \"${{ event.data.opportunity_value }}\" }\n";
    let parsed = parse(yaml, catalogue()).unwrap();
    let [warning] = parsed.warnings.as_slice() else { panic!("{:?}", parsed.warnings) };
    assert_eq!((warning.severity, warning.line), (Severity::Warning, 4));
    assert_eq!(warning.help.as_deref(), Some("did you mean `event.data.new_status_type`?"));
}
