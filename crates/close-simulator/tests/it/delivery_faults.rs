//! Deliveries that go wrong on purpose.

use close_simulator::{DeliveryFaults, DeliveryOptions, EventDraft, Shape, SinkAnswer, sign};
use serde_json::json;

use crate::client::{Client, soon, text};

#[tokio::test]
async fn everything_comes_twice_while_the_switch_is_on() {
    let client = Client::start().await;
    client.subscribe("hook", &[("lead", "created")]).await;
    client.simulator.set_delivery_faults(DeliveryFaults { duplicate: true, ..DeliveryFaults::default() });
    let event = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let requests = soon(client.simulator.sink_requests_when("hook", 2)).await;
    assert!(requests.iter().all(|request| request.json().unwrap()["event"]["id"] == event.id));

    client.simulator.clear_faults();
    let once = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();
    let attempts = soon(client.simulator.deliveries_when(|all| all.len() >= 3)).await;
    assert_eq!(attempts.iter().filter(|it| it.event_id == once.id).count(), 1);
}

#[tokio::test]
async fn a_shuffled_event_is_overtaken_by_the_next() {
    let client = Client::start().await;
    client.subscribe("hook", &[("lead", "created")]).await;
    client.simulator.set_delivery_faults(DeliveryFaults { shuffle: true, ..DeliveryFaults::default() });
    let first = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();
    let second = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let attempts = soon(client.simulator.deliveries_when(|all| all.len() == 2)).await;
    let order: Vec<_> = attempts.iter().map(|it| &it.event_id).collect();
    assert_eq!(order, [&second.id, &first.id]);
}

#[tokio::test]
async fn a_forged_delivery_does_not_verify_and_is_not_tried_again() {
    let client = Client::start().await;
    let subscription = client.subscribe("hook", &[("lead", "created")]).await;
    client.simulator.script_sink("hook", vec![SinkAnswer::status(401)]);
    let forged = DeliveryOptions { forged: true, ..DeliveryOptions::default() };
    client.simulator.emit(&EventDraft::new("lead", "created").delivery(forged)).unwrap();

    let attempts = soon(client.simulator.deliveries_when(|all| !all.is_empty())).await;
    assert_eq!((attempts[0].forged, attempts[0].status, attempts[0].retry_in_ms), (true, Some(401), None));
    let delivery = &client.simulator.sink_requests("hook")[0];
    let genuine =
        sign(text(&subscription, "signature_key"), &delivery.headers["close-sig-timestamp"], &delivery.body);
    assert_ne!(delivery.headers["close-sig-hash"], genuine.unwrap());
}

#[tokio::test]
async fn a_delivery_can_be_stale_and_flat() {
    let client = Client::start().await;
    let subscription = client.subscribe("hook", &[("lead", "created")]).await;
    let options =
        DeliveryOptions { timestamp_offset_seconds: -360, shape: Shape::Flat, ..DeliveryOptions::default() };
    let draft = EventDraft::new("lead", "created").data(json!({ "name": "Café Nord" })).delivery(options);
    let event = client.simulator.emit(&draft).unwrap();

    let requests = soon(client.simulator.sink_requests_when("hook", 1)).await;
    let signed_at: i64 = requests[0].headers["close-sig-timestamp"].parse().unwrap();
    assert!(signed_at <= requests[0].at.as_second() - 360);
    let body = requests[0].json().unwrap();
    assert_eq!(body["event"], "lead.created");
    assert_eq!(body["id"], event.id);
    assert_eq!(body["subscription_id"], subscription["id"]);
    assert_eq!(body["data"]["name"], "Café Nord");
}
