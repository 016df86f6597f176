//! Every event of the catalogue has a body that makes sense.

use close_simulator::{EmitError, EventDraft, catalogue, event_body};
use serde_json::{Value, json};

use crate::client::text;

const SUBSCRIPTION: &str = "whsub_4tQy9Zb2LrW8kHs0VnXc1D";

fn body(draft: &EventDraft) -> Value {
    event_body(draft, SUBSCRIPTION, 7, "2026-03-02T09:20:11.004Z".parse().unwrap()).unwrap()
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    catalogue().iter().flat_map(|entry| {
        entry
            .actions
            .iter()
            .map(|action| (entry.object_type.as_str(), action.as_str(), entry.id_prefix.as_str()))
    })
}

#[test]
fn there_are_169_pairs_of_51_types() {
    assert_eq!((pairs().count(), catalogue().len()), (169, 51));
}

#[test]
fn every_pair_has_a_nested_body_with_its_object() {
    for (object_type, action, prefix) in pairs() {
        let name = format!("{object_type}.{action}");
        let body = body(&EventDraft::new(object_type, action));
        assert_eq!(body["subscription_id"], SUBSCRIPTION);
        let event = &body["event"];
        assert_eq!((text(event, "object_type"), text(event, "action")), (object_type, action));
        assert_eq!(text(event, "date_updated"), "2026-03-02T09:20:11.004000", "{name}");
        for (field, prefix) in
            [("id", "ev"), ("organization_id", "orga"), ("user_id", "user"), ("request_id", "req")]
        {
            assert!(text(event, field).starts_with(&format!("{prefix}_")), "{name}: {field}");
        }

        let object = if action == "deleted" { &event["previous_data"] } else { &event["data"] };
        assert_eq!(event["data"].is_null(), action == "deleted", "{name}");
        assert!(object.as_object().is_some_and(|object| object.len() >= 10), "{name}: {object}");
        assert_eq!(object["id"], event["object_id"], "{name}");
        assert!(text(object, "id").starts_with(&format!("{prefix}_")), "{name}: {}", object["id"]);
        assert_eq!(object["organization_id"], event["organization_id"], "{name}");
        let lead_id = if object_type == "lead" { &object["id"] } else { &object["lead_id"] };
        assert_eq!(event["lead_id"], *lead_id, "{name}");
    }
}

#[test]
fn an_update_names_what_changed_with_the_old_values_and_nothing_else_does() {
    for (object_type, action, _) in pairs() {
        let event = &body(&EventDraft::new(object_type, action))["event"];
        let changed: Vec<&str> =
            event["changed_fields"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        if action != "updated" {
            assert!(changed.is_empty(), "{object_type}.{action}");
            continue;
        }
        assert!(changed.len() >= 2 && changed.contains(&"date_updated"), "{object_type}: {changed:?}");
        for field in changed {
            let (old, new) = (event["previous_data"].get(field), event["data"].get(field));
            assert!(old.is_some() && new.is_some() && old != new, "{object_type}: {field} {old:?} {new:?}");
        }
    }
}

#[test]
fn what_the_caller_gives_goes_over_the_sample() {
    let draft = EventDraft::new("lead", "updated").data(json!({ "name": "Café Nord" }));
    let event = &body(&draft)["event"];
    assert_eq!(event["data"]["name"], "Café Nord");
    assert_eq!(event["changed_fields"], json!(["name", "date_updated"]));
    assert_ne!(event["previous_data"]["name"], "Café Nord");

    let draft = EventDraft::new("task.missed_call", "created").data(json!({ "lead_id": "lead_1" }));
    let event = &body(&draft)["event"];
    assert_eq!((text(event, "lead_id"), text(&event["data"], "_type")), ("lead_1", "missed_call"));
}

#[test]
fn the_same_seed_gives_the_same_body() {
    let draft = EventDraft::new("opportunity", "created");
    assert_eq!(body(&draft), body(&draft));
}

#[test]
fn a_merge_names_both_leads() {
    let event = &body(&EventDraft::new("lead", "merged"))["event"];
    assert_eq!(event["meta"]["merge_destination_lead_id"], event["object_id"]);
    assert!(text(&event["meta"], "merge_source_lead_id").starts_with("lead_"));
}

#[test]
fn an_event_that_close_does_not_have_is_refused() {
    let now = "2026-03-02T09:20:11Z".parse().unwrap();
    let error = event_body(&EventDraft::new("lead", "vanished"), SUBSCRIPTION, 7, now).unwrap_err();
    assert!(matches!(error, EmitError::UnknownPair { .. }));
    assert_eq!(error.to_string(), "`lead.vanished` is not an event of Close's");
}
