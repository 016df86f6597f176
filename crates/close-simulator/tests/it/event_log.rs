//! The event log.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use close_simulator::{ApiKey, Clock, EventDraft, SimulatorConfig};
use jiff::Timestamp;
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::Value;

use crate::client::{Client, KEY, text};

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|event| text(event, "id").to_owned()).collect()
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_oldest_and_back() {
    let client = Client::start().await;
    let mut emitted: Vec<String> =
        (0..5).map(|_| client.simulator.emit(&EventDraft::new("contact", "created")).unwrap().id).collect();
    emitted.reverse();

    let (_, first) = client.get("/event/?_limit=2").await;
    assert_eq!(ids(&first), emitted[..2]);
    assert_eq!(first["cursor_previous"], Value::Null);
    // What happens meanwhile moves no page.
    let newest = client.simulator.emit(&EventDraft::new("contact", "created")).unwrap().id;
    let (_, second) = client.get(&format!("/event/?_limit=2&_cursor={}", text(&first, "cursor_next"))).await;
    assert_eq!(ids(&second), emitted[2..4]);
    let (_, third) = client.get(&format!("/event/?_limit=2&_cursor={}", text(&second, "cursor_next"))).await;
    assert_eq!(ids(&third), emitted[4..]);
    assert_eq!(third["cursor_next"], Value::Null);

    let (_, back) =
        client.get(&format!("/event/?_limit=2&_cursor={}", text(&third, "cursor_previous"))).await;
    assert_eq!(ids(&back), emitted[2..4]);
    let (_, top) = client.get("/event/?_limit=1").await;
    assert_eq!(ids(&top), [newest]);
}

#[tokio::test]
async fn a_page_holds_fifty_unless_fewer_are_asked_for() {
    let client = Client::start().await;
    for _ in 0..51 {
        client.simulator.emit(&EventDraft::new("group", "created")).unwrap();
    }
    let (_, page) = client.get("/event/").await;
    assert_eq!(ids(&page).len(), 50);
    assert_eq!(client.get("/event/?_limit=51").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn filters_narrow_the_log() {
    let client = Client::start().await;
    let lead = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();
    let mut note = EventDraft::new("activity.note", "created");
    note.lead_id = Some(lead.object_id.clone());
    let note = client.simulator.emit(&note).unwrap();
    client.simulator.emit(&EventDraft::new("lead", "updated")).unwrap();

    let found = |query: String| {
        let client = &client;
        async move { ids(&client.get(&format!("/event/?{query}")).await.1) }
    };
    assert_eq!(found(format!("lead_id={}", lead.object_id)).await, [note.id.as_str(), &lead.id]);
    assert_eq!(found("object_type=lead&action=created".to_owned()).await, [lead.id.as_str()]);
    assert_eq!(
        found(format!("object_type=activity.note&object_id={}", note.object_id)).await,
        [note.id.as_str()]
    );
    assert_eq!(found(format!("request_id={}", note.request_id.unwrap())).await, [note.id]);
    let (_, one) = client.get(&format!("/event/{}/", lead.id)).await;
    assert_eq!(one, lead.to_value());
}

#[rstest]
#[case("object_type=lead")]
#[case("action=created")]
#[case("request_id=req_1&lead_id=lead_1")]
#[case("_skip=50")]
#[case("_cursor=elsewhere")]
#[case("date_updated__gt=yesterday")]
#[tokio::test]
async fn what_close_does_not_combine_is_refused(#[case] query: &str) {
    let client = Client::start().await;
    let (status, refused) = client.get(&format!("/event/?{query}")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refused["error"].is_string());
}

#[tokio::test]
async fn the_log_reaches_thirty_days_back_and_hides_data_from_members_after_an_hour() {
    let begin = 1_772_442_014;
    let seconds = Arc::new(AtomicI64::new(begin));
    let hand = Arc::clone(&seconds);
    let config = SimulatorConfig {
        api_keys: vec![ApiKey::admin(KEY), ApiKey::member("api_member")],
        clock: Clock::new(move || Timestamp::from_second(hand.load(Ordering::SeqCst)).unwrap()),
        ..SimulatorConfig::for_tests(KEY)
    };
    let mut client = Client::start_with(config).await;
    let old = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();
    seconds.store(begin + 2 * 60 * 60, Ordering::SeqCst);
    let new = client.simulator.emit(&EventDraft::new("lead", "created")).unwrap();

    let (_, later) = client.get("/event/?date_updated__gt=2026-03-02T10:00:00").await;
    assert_eq!(ids(&later), [new.id.as_str()]);
    client.use_key("api_member");
    let (_, seen) = client.get("/event/").await;
    assert_eq!(ids(&seen), [new.id.clone(), old.id]);
    assert!(seen["data"][0]["data"].is_object());
    assert!(seen["data"][1]["data"].is_null());

    seconds.store(begin + 30 * 24 * 60 * 60 + 1, Ordering::SeqCst);
    assert_eq!(ids(&client.get("/event/").await.1), [new.id]);
}
