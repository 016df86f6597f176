//! Bodies of every shape, and the one envelope they become.

use bellhop_trigger::envelope::{self, EnvelopeError, Parsed};
use bellhop_workflow::event::{Event, parse_body};
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::{headers, sent_at};

fn close(body: &Value) -> Parsed {
    envelope::close::parse(body.to_string().as_bytes(), sent_at()).unwrap()
}

/// The event as a workflow sees it, without the body it was read from.
fn seen(parsed: Parsed) -> Event {
    Event { raw: Value::Null, ..parsed.head.attach(parsed.raw) }
}

fn updated(date_updated: &str) -> Value {
    json!({"subscription_id": "whsub_1", "event": {
        "id": "ev_6Pn2", "object_type": "lead", "action": "updated", "object_id": "lead_aT5", "lead_id": "lead_aT5",
        "organization_id": "orga_b2L", "user_id": "user_c3M", "request_id": "req_3Hd", "api_key_id": null,
        "date_created": "2026-03-02T09:20:11.004000", "date_updated": date_updated,
        "changed_fields": ["name", "date_updated"],
        "data": {"id": "lead_aT5", "name": "Northwind Bikes"}, "previous_data": {"name": "Northwind"},
        "meta": {"request_method": "PUT"}}})
}

#[test]
fn closes_own_shape_becomes_the_envelope() {
    let parsed = close(&updated("2026-03-02T09:20:14.310000"));
    assert_eq!(parsed.event_id.as_deref(), Some("ev_6Pn2"));
    let event = seen(parsed);
    assert_eq!(
        serde_json::to_value(event).unwrap(),
        json!({
            "id": "ev_6Pn2", "type": "lead.updated", "object_type": "lead", "action": "updated",
            "time": "2026-03-02T09:20:14.310000Z", "source": "close",
            "data": {"id": "lead_aT5", "name": "Northwind Bikes"}, "previous": {"name": "Northwind"},
            "changed": ["name", "date_updated"],
            "object_id": "lead_aT5", "lead_id": "lead_aT5", "user_id": "user_c3M", "organization_id": "orga_b2L",
            "raw": null,
        })
    );
}

#[test]
fn the_flat_shape_becomes_the_same_envelope() {
    let data = json!({"id": "lead_aT5", "name": "Northwind Bikes", "organization_id": "orga_b2L", "status_id": "stat_1"});
    let flat = close(&json!({
        "event": "lead.created", "subscription_id": "whsub_1", "id": "ev_6Pn2", "timestamp": "2026-03-02T09:20:11.004Z",
        "data": data,
    }));
    let nested = close(&json!({"subscription_id": "whsub_1", "event": {
        "id": "ev_6Pn2", "object_type": "lead", "action": "created", "object_id": "lead_aT5", "lead_id": "lead_aT5",
        "organization_id": "orga_b2L", "user_id": null, "date_created": "2026-03-02T09:20:11.004000",
        "changed_fields": [], "data": data, "previous_data": null}}));
    assert_eq!(flat.event_id, nested.event_id);
    assert_eq!(flat.dedup_key, nested.dedup_key);
    assert_eq!(seen(flat), seen(nested));
}

#[test]
fn a_flat_name_of_the_documentation_is_given_closes_own_type() {
    let flat = close(&json!({
        "event": "opportunity.status_change", "id": "ev_1",
        "data": {"id": "oppo_1", "lead_id": "lead_1", "old_status_id": "stat_old"},
    }));
    let event = seen(flat);
    assert_eq!(event.kind, "activity.opportunity_status_change.created");
    assert_eq!(event.object_type, "activity.opportunity_status_change");
    assert_eq!(event.action, "created");
    assert_eq!(event.ids["lead_id"], "lead_1");
    assert_eq!(event.ids["object_id"], "oppo_1");
}

#[test]
fn a_flat_name_that_nobody_knows_keeps_its_own_words() {
    let event = seen(close(&json!({"event": "activity.hologram.sent", "id": "ev_1", "data": {}})));
    assert_eq!((event.object_type.as_str(), event.action.as_str()), ("activity.hologram", "sent"));
}

#[test]
fn a_consolidated_update_is_a_new_event_and_a_repetition_is_not() {
    let first = close(&updated("2026-03-02T09:20:14.310000"));
    let again = close(&updated("2026-03-02T09:20:14.310000"));
    let consolidated = close(&updated("2026-03-02T09:20:19.000000"));
    assert!(first.dedup_key.is_some());
    assert_eq!(first.dedup_key, again.dedup_key);
    assert_ne!(first.dedup_key, consolidated.dedup_key);
    assert_eq!(first.event_id, consolidated.event_id);
}

#[rstest]
#[case::with_z("2026-03-02T09:20:14.310000Z")]
#[case::with_an_offset("2026-03-02T09:20:14.310000+00:00")]
#[case::from_elsewhere("2026-03-02T10:20:14.31+01:00")]
fn a_time_without_an_offset_is_utc_and_the_same_instant_the_same_event(#[case] written: &str) {
    let plain = close(&updated("2026-03-02T09:20:14.310000"));
    let other = close(&updated(written));
    assert_eq!(plain.head.time, Timestamp::from_micros(1_772_443_214_310_000));
    assert_eq!(other.head.time, plain.head.time);
    assert_eq!(other.dedup_key, plain.dedup_key);
}

#[test]
fn a_time_that_cannot_be_read_still_tells_events_apart() {
    let first = close(&updated("yesterday"));
    let second = close(&updated("today"));
    assert_ne!(first.dedup_key, second.dedup_key);
    assert_eq!(
        first.head.time,
        Timestamp::from_micros(1_772_443_211_004_000),
        "the creation's time stands in"
    );
}

#[test]
fn a_deleted_object_leaves_no_data_and_all_of_its_past() {
    let event = seen(close(&json!({"event": {
        "id": "ev_1", "object_type": "contact", "action": "deleted", "data": null, "changed_fields": [],
        "previous_data": {"name": "Ada"}}})));
    assert_eq!(event.data, Value::Null);
    assert_eq!(event.previous, json!({"name": "Ada"}));
}

#[test]
fn an_event_without_an_id_gets_one_but_cannot_be_a_duplicate() {
    let parsed = close(&json!({"event": {"object_type": "lead", "action": "created"}}));
    assert_eq!((parsed.event_id, parsed.dedup_key), (None, None));
    assert!(!parsed.head.id.is_empty());
}

#[rstest]
#[case::empty_object("{}")]
#[case::a_list("[1, 2]")]
#[case::a_number("7")]
#[case::event_of_another_kind(r#"{"event": 7}"#)]
#[case::no_object_type(r#"{"event": {"action": "created"}}"#)]
#[case::empty_action(r#"{"event": {"object_type": "lead", "action": ""}}"#)]
#[case::object_type_not_text(r#"{"event": {"object_type": 1, "action": "created"}}"#)]
#[case::flat_name_without_a_dot(r#"{"event": "created"}"#)]
#[case::flat_name_with_nothing_after_the_dot(r#"{"event": "lead."}"#)]
#[case::a_star_is_no_event(r#"{"event": ".*"}"#)]
fn json_without_an_event_is_none(#[case] body: &str) {
    assert_eq!(envelope::close::parse(body.as_bytes(), sent_at()), Err(EnvelopeError::NotAnEvent));
}

#[test]
fn an_id_of_any_length_fits_an_index() {
    let long = |last: &str| format!("ev_{}{last}", "é".repeat(5_000));
    let event = |id: String| close(&json!({"event": {"id": id, "object_type": "lead", "action": "created"}}));
    let (first, second) = (event(long("a")), event(long("b")));
    for parsed in [&first, &second] {
        assert!(parsed.dedup_key.as_ref().unwrap().len() <= 255);
        assert!(parsed.event_id.as_ref().unwrap().len() <= 255);
    }
    assert_ne!(first.dedup_key, second.dedup_key, "what was cut off still counts");
    assert_eq!(first.head.id, long("a"), "the workflow sees all of it");
}

fn webhook(pairs: &[(&str, &str)], body: &str) -> Result<Event, EnvelopeError> {
    let parsed = envelope::webhook::parse(None, &headers(pairs), body.as_bytes(), sent_at())?;
    // As it is read back from where it is stored.
    Ok(parsed.head.attach(parse_body(body.as_bytes())))
}

#[rstest]
#[case::json("application/json", r#"{"a": [1]}"#, json!({"a": [1]}))]
#[case::json_with_charset("application/json; charset=utf-8", "[1]", json!([1]))]
#[case::json_of_a_kind("application/cloudevents+json", "{}", json!({}))]
#[case::form("application/x-www-form-urlencoded", "a=1&b=x+y&a=%C3%A9&a=3", json!({"a": ["1", "é", "3"], "b": "x y"}))]
#[case::text("text/plain", "hello", json!("hello"))]
#[case::text_that_looks_like_json("text/plain", "123", json!("123"))]
#[case::xml("application/xml", "<a/>", json!("<a/>"))]
#[case::nothing("application/json", "", json!(null))]
fn the_content_type_says_what_a_webhooks_body_is(
    #[case] kind: &str,
    #[case] body: &str,
    #[case] data: Value,
) {
    assert_eq!(webhook(&[("content-type", kind)], body).unwrap().data, data);
}

#[rstest]
#[case::json(r#"{"a": 1}"#, json!({"a": 1}))]
#[case::anything_else("a=1", json!("a=1"))]
fn without_a_content_type_the_body_says_itself(#[case] body: &str, #[case] data: Value) {
    assert_eq!(webhook(&[], body).unwrap().data, data);
}

#[rstest]
#[case::broken_json("application/json", "{", EnvelopeError::NotJson)]
#[case::an_image("image/png", "x", EnvelopeError::UnsupportedContentType)]
#[case::multipart("multipart/form-data; boundary=x", "--x", EnvelopeError::UnsupportedContentType)]
fn other_bodies_are_refused(#[case] kind: &str, #[case] body: &str, #[case] error: EnvelopeError) {
    assert_eq!(webhook(&[("content-type", kind)], body), Err(error));
}

#[rstest]
#[case::standard_webhooks(&[("webhook-id", "msg_1")], Some("msg_1"))]
#[case::idempotency(&[("idempotency-key", "k-1")], Some("k-1"))]
#[case::both(&[("idempotency-key", "k-1"), ("webhook-id", "msg_1")], Some("msg_1"))]
#[case::neither(&[], None)]
#[case::empty(&[("webhook-id", "")], None)]
fn a_webhooks_id_comes_from_its_headers(#[case] pairs: &[(&str, &str)], #[case] key: Option<&str>) {
    let parsed = envelope::webhook::parse(None, &headers(pairs), b"{}", sent_at()).unwrap();
    assert_eq!(parsed.dedup_key.as_deref(), key);
    assert_eq!(parsed.event_id.as_deref(), key);
}

#[test]
fn a_webhooks_envelope_has_every_field() {
    let parsed = envelope::webhook::parse(None, &HeaderMap::new(), b"{}", sent_at()).unwrap();
    let event = seen(parsed);
    assert_eq!((event.kind.as_str(), event.source.as_str()), ("webhook.received", "webhook"));
    assert_eq!(event.time, sent_at());
}
