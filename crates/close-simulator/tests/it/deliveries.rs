//! What is delivered to whom, and how often it is tried.

use std::time::Duration;

use close_simulator::{
    DeliveryAttempt, EventDraft, RetryPolicy, SimulatorConfig, SinkAnswer, SubscriptionStatus,
};
use serde_json::json;

use crate::client::{Client, KEY, soon, text};

#[tokio::test]
async fn each_subscription_gets_what_it_is_about() {
    let client = Client::start().await;
    let leads = client.subscribe("leads", &[("lead", "created"), ("lead", "updated")]).await;
    let calls = client.subscribe("calls", &[("activity.call", "completed")]).await;

    let lead = client.simulator.emit(&EventDraft::new("lead", "updated")).unwrap();
    let call = client.simulator.emit(&EventDraft::new("activity.call", "completed")).unwrap();
    client.simulator.emit(&EventDraft::new("lead", "deleted")).unwrap();

    let attempts = soon(client.simulator.deliveries_when(|all| all.len() >= 2)).await;
    let mut made: Vec<_> =
        attempts.iter().map(|it| (it.subscription_id.as_str(), it.event_id.as_str())).collect();
    made.sort_unstable();
    let mut wanted = [(text(&leads, "id"), lead.id.as_str()), (text(&calls, "id"), call.id.as_str())];
    wanted.sort_unstable();
    assert_eq!(made, wanted);
    let received = client.simulator.sink_requests("leads")[0].json().unwrap();
    assert_eq!(received["event"], lead.to_value());
}

#[tokio::test]
async fn an_extra_filter_lets_only_its_events_through() {
    let client = Client::start().await;
    let filter = json!({ "type": "field_accessor", "field": "data", "filter": {
        "type": "field_accessor", "field": "new_status_type", "filter": { "type": "equals", "value": "won" } } });
    let events = json!([{
        "object_type": "activity.opportunity_status_change", "action": "created", "extra_filter": filter }]);
    let body = json!({ "url": client.simulator.sink_url("won"), "events": events });
    let (_, created) = client.post("/webhook/", body).await;
    assert_eq!(created["events"], events);

    let moved = |to: &str| {
        EventDraft::new("activity.opportunity_status_change", "created")
            .data(json!({ "new_status_type": to }))
    };
    client.simulator.emit(&moved("lost")).unwrap();
    let won = client.simulator.emit(&moved("won")).unwrap();

    let attempts = soon(client.simulator.deliveries_when(|all| !all.is_empty())).await;
    assert_eq!(attempts.iter().map(|it| &it.event_id).collect::<Vec<_>>(), [&won.id]);
}

#[tokio::test]
async fn a_delivery_is_tried_with_growing_waits_until_it_is_taken() {
    let client = Client::start().await;
    client.subscribe("hook", &[("lead", "created")]).await;
    client.simulator.script_sink("hook", [500, 302, 404].map(SinkAnswer::status).to_vec());
    client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let attempts =
        soon(client.simulator.deliveries_when(|all| all.iter().any(DeliveryAttempt::succeeded))).await;
    let seen: Vec<_> = attempts.iter().map(|it| (it.attempt, it.status, it.retry_in_ms)).collect();
    assert_eq!(
        seen,
        [
            (1, Some(500), Some(50)),
            (2, Some(302), Some(100)),
            (3, Some(404), Some(200)),
            (4, Some(200), None)
        ]
    );
    let bodies: Vec<_> = client.simulator.sink_requests("hook").into_iter().map(|it| it.body).collect();
    assert!(bodies.iter().all(|body| body == &bodies[0]), "each attempt has the same body");
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_tried_again() {
    let client = Client::start().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let body = json!({ "url": format!("http://127.0.0.1:{port}/"), "events": [
        { "object_type": "lead", "action": "created" }] });
    let (_, created) = client.post("/webhook/", body).await;
    client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let failed = soon(client.simulator.deliveries_when(|all| !all.is_empty())).await;
    assert_eq!((failed[0].status, failed[0].error.is_some()), (None, true));
    let moved = json!({ "url": client.simulator.sink_url("elsewhere") });
    client.put(&format!("/webhook/{}/", text(&created, "id")), moved).await;
    soon(client.simulator.sink_requests_when("elsewhere", 1)).await;
}

#[tokio::test]
async fn a_pause_clears_the_queue_and_a_resumption_begins_anew() {
    // Slow, so that the pause comes before the second attempt on the slowest machine.
    let client =
        Client::start_with(SimulatorConfig { time_scale: 1, ..SimulatorConfig::for_tests(KEY) }).await;
    let subscription = client.subscribe("hook", &[("lead", "created")]).await;
    let path = format!("/webhook/{}/", text(&subscription, "id"));
    client.simulator.script_sink("hook", vec![SinkAnswer::status(500)]);
    let lost = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();
    soon(client.simulator.deliveries_when(|all| all.len() == 1)).await;

    client.put(&path, json!({ "status": "paused" })).await;
    let missed = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();
    client.put(&path, json!({ "status": "active" })).await;
    let seen = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let attempts =
        soon(client.simulator.deliveries_when(|all| all.iter().any(DeliveryAttempt::succeeded))).await;
    let made: Vec<_> = attempts.iter().map(|it| &it.event_id).collect();
    assert_eq!(made, [&lost.id, &seen.id]);
    let (_, log) = client.get(&format!("/event/{}/", missed.id)).await;
    assert_eq!(text(&log, "id"), missed.id, "the log still has what nobody was told");
}

#[tokio::test]
async fn a_subscription_of_which_everything_fails_is_paused_in_the_end() {
    let retry =
        RetryPolicy { first: Duration::from_millis(1), give_up: Duration::ZERO, ..RetryPolicy::default() };
    let config = SimulatorConfig { retry, time_scale: 1, ..SimulatorConfig::for_tests(KEY) };
    let client = Client::start_with(config).await;
    client.subscribe("hook", &[("lead", "created")]).await;
    client.simulator.script_sink("hook", vec![SinkAnswer::status(500)]);
    client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let attempts = soon(client.simulator.deliveries_when(|all| !all.is_empty())).await;
    assert_eq!(attempts[0].retry_in_ms, None);
    assert_eq!(client.simulator.subscriptions()[0].status, SubscriptionStatus::Paused);
}

#[tokio::test]
async fn a_consolidated_event_keeps_its_id_and_gets_a_newer_date() {
    let client = Client::start().await;
    client.subscribe("hook", &[("lead", "updated")]).await;
    let first = client.simulator.emit(&EventDraft::new("lead", "updated")).unwrap();
    let again = EventDraft { event_id: Some(first.id.clone()), ..EventDraft::new("lead", "updated") };
    let second = client.simulator.emit(&again).unwrap();

    assert_eq!((&second.id, second.date_created), (&first.id, first.date_created));
    assert!(second.date_updated > first.date_updated);
    assert_eq!(soon(client.simulator.sink_requests_when("hook", 2)).await.len(), 2);
    let (_, log) = client.get("/event/").await;
    assert_eq!(log["data"].as_array().unwrap().len(), 1);
}
