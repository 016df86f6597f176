//! A flood of forged requests: it leaves a few rows and a number, and nobody waits for it.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::sources::GUARDED;

/// So many, half of them with a wrong proof at a real hook, half at hooks that nobody has.
const FLOOD: u64 = 20_000;

/// What the flood may leave in the database's files, in bytes.
const ROOM: u64 = 200_000;

async fn guarded() -> (TestApp, String) {
    let app = TestApp::start().await;
    let credential = json!({ "kind": "http_bearer", "token": "token-of-a-partner" });
    app.put_json("/api/v1/credentials/partner", credential).await.expect(StatusCode::CREATED);
    let hook = app.active_hook(GUARDED).await;
    (app, hook)
}

fn forged(hook: &str) -> Request<Body> {
    let request =
        Request::post(hook).header("authorization", "Bearer guessed").header("x-noise", "n".repeat(900));
    request.body(Body::from(r#"{"forged": true}"#)).unwrap()
}

async fn counted(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.get(&format!("/api/v1/deliveries/rejections?{query}")).await.expect(StatusCode::OK);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn twenty_thousand_forged_requests_leave_a_few_rows_and_a_number() {
    let (app, hook) = guarded().await;
    app.get("/api/v1/deliveries").await.expect(StatusCode::OK);
    let before = app.database_size().await;
    for number in 0..FLOOD / 2 {
        assert_eq!(app.send(forged(&hook)).await.status, StatusCode::UNAUTHORIZED);
        let nobodys = format!("/webhook/{number:032x}");
        assert_eq!(app.send(forged(&nobodys)).await.status, StatusCode::NOT_FOUND);
    }
    let genuine = Request::post(&hook).header("authorization", "Bearer token-of-a-partner");
    let receipt = app.send(genuine.body(Body::from("{}")).unwrap()).await.expect(StatusCode::OK);
    assert_eq!(receipt["outcome"], "accepted");

    let listed = app.get("/api/v1/deliveries?limit=200&outcome=rejected").await.expect(StatusCode::OK);
    let listed = listed["items"].as_array().unwrap().len() as u64;
    assert_eq!(listed, 2 * 10, "ten of each kind in the minute that the clock stands at");
    let id = hook.rsplit('/').next().unwrap();
    let of_hook = counted(&app, &format!("hook={id}")).await;
    assert_eq!(of_hook.len(), 1);
    assert_eq!(of_hook[0]["workflow"], "guarded");
    assert_eq!(
        (&of_hook[0]["reason"], &of_hook[0]["requests"]),
        (&json!("unauthorized"), &json!(FLOOD / 2 - 10))
    );
    let all = counted(&app, "").await;
    let unknown = all.iter().find(|one| one["hook_id"].is_null()).unwrap();
    assert_eq!((&unknown["reason"], &unknown["requests"]), (&json!("unknown_hook"), &json!(FLOOD / 2 - 10)));
    assert_eq!(all.len(), 2);

    let grown = app.database_size().await - before;
    assert!(grown < ROOM, "the files have grown by {grown} bytes");
}

#[tokio::test]
async fn a_refused_sender_does_not_wait_for_the_disk() {
    let (app, hook) = guarded().await;
    // Nobody can write while this is open.
    let held = app.store.begin().await.unwrap();
    for _ in 0..100 {
        assert_eq!(app.send(forged(&hook)).await.status, StatusCode::UNAUTHORIZED);
    }
    drop(held);
    assert_eq!(counted(&app, "").await[0]["requests"], 90);
}

#[tokio::test]
async fn what_was_refused_while_the_database_was_away_is_still_told_by_the_status() {
    let (app, hook) = guarded().await;
    app.store.close().await;
    assert_eq!(app.send(forged(&hook)).await.status, StatusCode::UNAUTHORIZED);
}
