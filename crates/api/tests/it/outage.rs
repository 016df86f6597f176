//! The database is away.

use axum::body::Body;
use http::{Request, StatusCode};
use rstest::rstest;

use crate::app::{Answer, TestApp};
use crate::sources::INBOX;

#[track_caller]
fn unavailable(answer: Answer) {
    assert_eq!(answer.header("retry-after"), "5");
    let problem = answer.problem(StatusCode::SERVICE_UNAVAILABLE, "/problems/storage-unavailable");
    // The same words whatever went wrong.
    assert_eq!(problem["detail"], "Try again in a few seconds.");
}

#[rstest]
#[case("/api/v1/workflows")]
#[case("/api/v1/executions")]
#[tokio::test]
async fn whoever_asks_is_told_to_come_again(#[case] path: &str) {
    let app = TestApp::start().await;
    app.store.close().await;
    unavailable(app.get(path).await);
}

#[tokio::test]
async fn a_delivery_is_not_taken_before_it_is_durable() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    app.store.close().await;
    let body = Body::from(r#"{"size": 11}"#);
    unavailable(app.send(Request::post(&hook).body(body).unwrap()).await);
}

#[tokio::test]
async fn the_process_is_alive_without_its_database() {
    let app = TestApp::start().await;
    app.store.close().await;
    app.get("/healthz").await.expect(StatusCode::OK);
}
