//! Whether the server says how it is.

use axum::body::Body;
use bellhop_vault::MasterKey;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::app::{NodeOptions, TestApp, bearing};

/// A part of the answer.
fn part<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["parts"].as_array().unwrap().iter().find(|part| part["name"] == name).unwrap()
}

#[tokio::test]
async fn a_server_that_can_work_names_its_parts() {
    let app = TestApp::start().await;
    let ready = app.get("/readyz").await.expect(StatusCode::OK);
    let ok = |name| json!({ "name": name, "state": "ok" });
    let parts = [ok("migrations"), ok("database"), ok("keys"), ok("executor")];
    assert_eq!(ready, json!({ "status": "ok", "parts": parts }));
}

#[tokio::test]
async fn a_database_that_is_away_is_named() {
    let app = TestApp::start().await;
    app.store.close().await;
    let answer = app.get("/readyz").await;
    assert_eq!(answer.header("retry-after"), "5");
    let answer = answer.problem(StatusCode::SERVICE_UNAVAILABLE, "/problems/not-ready");
    let failed = json!({ "name": "database", "state": "failed", "detail": "it does not answer" });
    assert_eq!(part(&answer, "database"), &failed);
    assert_eq!(part(&answer, "executor")["state"], "ok");
}

#[tokio::test]
async fn an_executor_that_does_not_run_is_named() {
    let app = TestApp::with(NodeOptions { executor_works: false, ..NodeOptions::default() }).await;
    let answer = app.get("/readyz").await.problem(StatusCode::SERVICE_UNAVAILABLE, "/problems/not-ready");
    assert_eq!(part(&answer, "executor")["state"], "failed");
    assert_eq!(answer["detail"], "executor: it does not run");
    assert_eq!(part(&answer, "database")["state"], "ok");
    app.get("/healthz").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn another_master_key_than_what_is_stored_was_sealed_with_is_named() {
    let app = TestApp::start().await;
    let credential = json!({ "kind": "http_bearer", "token": "token-of-a-partner" });
    app.put_json("/api/v1/credentials/partner", credential).await.expect(StatusCode::CREATED);
    app.get("/readyz").await.expect(StatusCode::OK);
    let other = app.another_node_with(&MasterKey::generate().unwrap());
    let answer = other.get("/readyz").await.problem(StatusCode::SERVICE_UNAVAILABLE, "/problems/not-ready");
    let detail = "what is stored was sealed with another master key";
    assert_eq!(part(&answer, "keys"), &json!({ "name": "keys", "state": "failed", "detail": detail }));
}

#[tokio::test]
async fn metrics_need_a_token_that_may_read_everything() {
    let app = TestApp::start().await;
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    app.send(request).await.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    let reader = app.token("reader", "read", &[]).await;
    let bound = app.token("bound", "read", &["one"]).await;
    let get = |token: &str| bearing(token, Method::GET, "/metrics").body(Body::empty()).unwrap();
    app.send(get(&bound)).await.problem(StatusCode::FORBIDDEN, "/problems/other-workflows");
    let shown = app.send(get(&reader)).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(shown.text.contains("# TYPE bellhop_deliveries_total counter"), "{}", shown.text);
}

#[tokio::test]
async fn metrics_are_there_without_the_database_and_open_where_that_is_wanted() {
    let app = TestApp::with(NodeOptions { metrics_public: true, ..NodeOptions::default() }).await;
    app.store.close().await;
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let shown = app.send(request).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("bellhop_commit_seconds_count"), "{}", shown.text);
    assert!(!shown.text.contains("bellhop_queue_depth"), "{}", shown.text);
}
