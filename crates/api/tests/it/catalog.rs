//! The catalogue says what starts workflows, and what events carry.

use std::collections::HashSet;

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::TestApp;

const EVENTS: &str = "/api/v1/catalog/events";

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn providers_say_how_their_deliveries_are_signed() {
    let app = TestApp::start().await;
    let list = app.get("/api/v1/catalog/providers").await.expect(StatusCode::OK);
    let expected =
        ["close", "webhook", "github", "slack", "standard_webhooks", "stripe", "schedule", "manual"];
    assert_eq!(names(&list), expected);
    let close = &list["items"][0];
    // https://developer.close.com/resources/webhooks/
    let signature = json!({
        "scheme": "close",
        "description": close["signature"]["description"],
        "header": "close-sig-hash",
        "algorithm": "hmac-sha256",
        "encoding": "hex",
        "signs": "{timestamp}{body}",
        "timestamp": "header close-sig-timestamp",
    });
    assert_eq!((&close["trigger"], &close["signature"]), (&json!("close"), &signature));
    assert_eq!(list["items"][1]["signature"], Value::Null);
    assert_eq!(list["items"][3]["trigger"], "webhook");
}

#[tokio::test]
async fn events_are_found_by_provider_and_by_words() {
    let app = TestApp::start().await;
    let found =
        app.get(&format!("{EVENTS}?provider=close&q=Merged+LEAD&limit=1")).await.expect(StatusCode::OK);
    assert_eq!(names(&found), ["lead.merged"]);
    let moved = app.get(&format!("{EVENTS}?q=opportunity.status_change")).await.expect(StatusCode::OK);
    let entry = &moved["items"][0];
    assert_eq!(entry["name"], "opportunity.status_change");
    assert_eq!(entry["types"], json!(["activity.opportunity_status_change.created"]));
    assert_eq!((&entry["provider"], &entry["signature"]), (&json!("close"), &json!("close")));
    assert!(entry["payload"]["properties"]["new_status_type"].is_object(), "{entry}");
    let fired = app.get(&format!("{EVENTS}?provider=schedule")).await.expect(StatusCode::OK);
    assert_eq!(names(&fired), ["schedule.fired"]);
    let refused = app.get(&format!("{EVENTS}?provider=hubspot")).await;
    let problem = refused.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
    assert!(problem["detail"].as_str().unwrap().contains("`close`"), "{problem}");
}

#[tokio::test]
async fn events_come_page_by_page_each_once() {
    let app = TestApp::start().await;
    let (mut seen, mut cursor) = (HashSet::new(), String::new());
    loop {
        let page = app.get(&format!("{EVENTS}?limit=100&cursor={cursor}")).await.expect(StatusCode::OK);
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert((item["provider"].to_string(), item["name"].to_string())), "{item} twice");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let providers = app.get("/api/v1/catalog/providers").await.expect(StatusCode::OK);
    let counted: u64 =
        providers["items"].as_array().unwrap().iter().map(|it| it["events"].as_u64().unwrap()).sum();
    assert_eq!(seen.len() as u64, counted);
    assert!(seen.contains(&("\"close\"".to_owned(), "\"lead.*\"".to_owned())));
}

#[tokio::test]
async fn the_catalogue_is_for_operators() {
    let app = TestApp::start().await;
    for path in [EVENTS, "/api/v1/catalog/providers"] {
        let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        app.send(request).await.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    }
}
