//! What browsers are told of every answer.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use rstest::rstest;

use crate::app::{TestApp, operator};
use crate::sources::INBOX;

#[rstest]
#[case::health("GET", "/healthz", 200, "no-store")]
#[case::nothing("GET", "/nowhere", 404, "no-store")]
#[case::a_wrong_method("POST", "/healthz", 405, "no-store")]
#[case::a_list("GET", "/api/v1/workflows", 200, "private, no-cache")]
#[case::a_problem("GET", "/api/v1/workflows/none", 404, "private, no-cache")]
#[case::an_unknown_hook("POST", "/webhook/none", 404, "no-store")]
#[case::a_forged_resume_url("GET", "/resume/none", 404, "no-store")]
#[case::metrics("GET", "/metrics", 200, "no-store")]
#[tokio::test]
async fn every_answer_is_protected(
    #[case] method: Method,
    #[case] path: &str,
    #[case] status: u16,
    #[case] kept: &str,
) {
    let app = TestApp::start().await;
    let answer = app.send(operator(method, path).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    assert_eq!(answer.header("cache-control"), kept);
}

#[tokio::test]
async fn a_receipt_is_protected_too_and_so_is_what_a_panic_is_answered_with() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let deliver = || Request::post(&hook).body(Body::from(r#"{"size": 11}"#)).unwrap();
    let receipt = app.send(deliver()).await;
    assert_eq!((receipt.status, receipt.header("x-content-type-options")), (StatusCode::OK, "nosniff"));
    app.clock.break_down();
    let broken = app.send(deliver()).await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!((broken.header("x-frame-options"), broken.header("cache-control")), ("DENY", "no-store"));
}
