//! Recoveries that an operator asks for.

use std::sync::Arc;
use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{CLOSE_API_KEY, TestServer, answer};
use bellhop_workflow::time::{Clock as _, SystemClock};
use close_simulator::{ApiKey, CallFault, DeliveryFaults, RateLimit, SimulatorConfig};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use super::{DAY, LEADS, World};

#[tokio::test]
async fn what_the_history_has_forgotten_is_not_run_again() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.server.create_active(LEADS).await;
    world.lead("Forgotten", "Berlin");
    world.server.ended("leads", 1).await;
    let pruned = answer(world.server.request(Method::DELETE, "/executions?workflow=leads")).await;
    assert!(pruned.status.is_success(), "{pruned:?}");
    world.server.close.set_delivery_faults(DeliveryFaults { forge: true, ..DeliveryFaults::default() });
    world.lead("Missed", "Berlin");
    world.until_attempted().await;
    let report = world.recover(since).await;
    assert_eq!([&report["fetched"], &report["run"], &report["forgotten"]], [2, 1, 1], "{report:#}");
}

#[tokio::test]
async fn only_what_the_trigger_wants_is_run() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.lead("Too far away", "Hamburg");
    world.lead("Nobody", "Berlin");
    world.lead("Somebody", "Berlin");
    world.server.create_active(LEADS).await;

    let report = world.recover(since).await;
    assert_eq!([&report["fetched"], &report["run"], &report["filtered"]], [3, 1, 2], "{report:#}");
    let ended = world.server.ended("leads", 1).await;
    assert_eq!(ended[0]["output"]["name"], "Somebody");
    let deliveries = world.server.list("/deliveries?outcome=filtered").await;
    let reasons: Vec<&str> = deliveries.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    let subscribed = &world.server.close.subscriptions()[0].events[0];
    assert_eq!(subscribed.extra_filter["field"], "data", "Close filters, too");
    assert_eq!(reasons, ["recovered from Close's event log: `where` is false: event.data.name != 'Nobody'"]);
}

#[tokio::test]
async fn what_is_older_than_close_keeps_is_said() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let begin = world.clock.now();
    world.lead("Forgotten", "Berlin");
    world.clock.advance(31 * DAY);
    world.lead("Remembered", "Berlin");
    world.server.create_active(LEADS).await;

    let report = world.recover(begin).await;
    assert_eq!([&report["fetched"], &report["run"]], [1, 1], "{report:#}");
    let oldest = world.clock.now().minus(30 * DAY);
    assert_eq!(report["too_old"], json!({ "since": begin, "until": oldest }));
    assert_eq!(world.server.ended("leads", 1).await[0]["output"]["name"], "Remembered");
}

#[tokio::test]
async fn a_key_that_may_not_see_the_objects_runs_nothing_without_them() {
    let world = World::start(Db::Sqlite, ApiKey::member(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.lead("Old", "Berlin");
    world.clock.advance(Duration::from_hours(2));
    world.lead("New", "Berlin");
    world.server.create_active(LEADS).await;

    let report = world.recover(since).await;
    assert_eq!([&report["fetched"], &report["run"], &report["without_data"]], [2, 1, 1], "{report:#}");
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_said_and_read_later() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.lead("Patient", "Berlin");
    world.server.create_active(LEADS).await;
    let refusal = close_simulator::Effect::Answer {
        status: 403,
        body: json!({ "error": "Not today." }),
        headers: std::collections::BTreeMap::new(),
    };
    world.server.close.add_fault(CallFault::next("GET", "/event/", refusal));

    let report = world.recover(since).await;
    assert_eq!(report["error"], "Close's event log cannot be read: Not today.", "{report:#}");
    world.clock.advance(Duration::from_mins(2));
    let recovery = world.last_recovery().await;
    assert_eq!([&recovery["report"]["run"], &recovery["error"]], [&json!(1), &Value::Null], "{recovery:#}");
}

#[tokio::test]
async fn closes_limit_of_calls_is_waited_out() {
    let limit = RateLimit { limit: 3, window: Duration::from_millis(300) };
    let config = SimulatorConfig { rate_limit: Some(limit), ..SimulatorConfig::for_tests(CLOSE_API_KEY) };
    let server = TestServer::start_beside(Db::Sqlite, Arc::new(SystemClock), config, |_| {}).await;
    let since = server.now();
    for number in 0..300 {
        server.happen(
            "lead",
            "created",
            json!({ "name": format!("Lead {number}"), "description": "Berlin" }),
        );
    }
    server.create_active(LEADS).await;
    let answer = server.send(Method::POST, "/deliveries/recover", &json!({ "since": since })).await;
    let report = &answer.body["items"][0];
    assert_eq!([&report["fetched"], &report["run"]], [300, 300], "{answer:?}");
    assert_eq!(report["error"], Value::Null);
}

#[rstest]
#[case::ahead(json!({ "since": "2027-01-01T00:00:00Z" }), StatusCode::UNPROCESSABLE_ENTITY, "lies ahead")]
#[case::no_time(json!({ "since": "yesterday" }), StatusCode::UNPROCESSABLE_ENTITY, "since")]
#[case::unknown(
    json!({ "since": "2026-03-01T00:00:00Z", "workflow": "nobody" }),
    StatusCode::NOT_FOUND,
    "nobody"
)]
#[case::switched_off(
    json!({ "since": "2026-03-01T00:00:00Z", "workflow": "leads" }),
    StatusCode::CONFLICT,
    "activate it first"
)]
#[tokio::test]
async fn what_makes_no_sense_is_refused(
    #[case] body: Value,
    #[case] status: StatusCode,
    #[case] words: &str,
) {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    world.server.create(LEADS).await;
    let refused = world.server.send(Method::POST, "/deliveries/recover", &body).await;
    assert_eq!(refused.status, status, "{refused:?}");
    assert!(refused.body["detail"].as_str().unwrap().contains(words), "{refused:?}");
}
