//! How much may come in.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use bellhop_api::{IngressRates, Rate};
use http::{Request, StatusCode};
use serde_json::json;

use crate::app::{Answer, NodeOptions, TestApp, endless};
use crate::sources::{GUARDED, INBOX};

/// Two an hour: the third one comes too early, however slow the machine is.
const TWO_AN_HOUR: Rate = Rate { count: NonZeroU32::new(2).unwrap(), period: Duration::from_hours(1) };

const OTHER: &str = "name: other\ntriggers: [webhook: { path: other }]\nsteps:\n  - uses: log\n    with: { message: hello }\n";

async fn limited(ingress_rates: IngressRates) -> TestApp {
    TestApp::with(NodeOptions { ingress_rates, ..NodeOptions::default() }).await
}

async fn deliver(app: &TestApp, hook: &str, body: Body) -> Answer {
    app.send(Request::post(hook).header("content-type", "application/json").body(body).unwrap()).await
}

#[track_caller]
fn too_many(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1_700..=1_800).contains(&wait), "a place is free after half an hour, not after {wait} s");
}

#[tokio::test]
async fn a_hook_takes_no_more_than_its_share_and_another_takes_its_own() {
    let app = limited(IngressRates { hook: Some(TWO_AN_HOUR), address: None }).await;
    let (hook, other) = (app.active_hook(INBOX).await, app.active_hook(OTHER).await);
    for number in 0..2 {
        let body = Body::from(format!(r#"{{"size": {}}}"#, 11 + number));
        deliver(&app, &hook, body).await.expect(StatusCode::OK);
    }
    too_many(&deliver(&app, &hook, Body::from(r#"{"size": 13}"#)).await);
    let refused = app.last_delivery().await;
    assert_eq!((&refused["outcome"], &refused["reason"]), (&"rejected".into(), &"rate_limited".into()));
    deliver(&app, &other, Body::from("{}")).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn what_is_forged_takes_nothing_of_a_hooks_share() {
    let app = limited(IngressRates { hook: Some(TWO_AN_HOUR), address: None }).await;
    let credential = json!({ "kind": "http_bearer", "token": "token-of-a-partner" });
    app.put_json("/api/v1/credentials/partner", credential).await.expect(StatusCode::CREATED);
    let hook = app.active_hook(GUARDED).await;
    let sent = async |token: &str| {
        let request = Request::post(&hook).header("authorization", format!("Bearer {token}"));
        app.send(request.body(Body::from("{}")).unwrap()).await
    };
    for _ in 0..5 {
        assert_eq!(sent("guessed").await.status, StatusCode::UNAUTHORIZED);
    }
    for _ in 0..2 {
        sent("token-of-a-partner").await.expect(StatusCode::OK);
    }
    too_many(&sent("token-of-a-partner").await);
    assert_eq!(sent("guessed").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_address_gets_no_more_than_its_share_whatever_it_asks_for() {
    let app = limited(IngressRates { hook: None, address: Some(TWO_AN_HOUR) }).await;
    let hook = app.active_hook(INBOX).await;
    for guess in ["/webhook/nobody-has-this", "/webhook/nor-this"] {
        assert_eq!(deliver(&app, guess, Body::from("{}")).await.status, StatusCode::NOT_FOUND);
    }
    // Its body is not even read.
    too_many(&deliver(&app, "/webhook/nor-that", endless()).await);
    too_many(&deliver(&app, &hook, Body::from("{}")).await);
    let refused = app.last_delivery().await;
    assert_eq!((&refused["workflow"], &refused["reason"]), (&"inbox".into(), &"rate_limited".into()));
    // Only deliveries are counted.
    app.get("/api/v1/workflows").await.expect(StatusCode::OK);
}
