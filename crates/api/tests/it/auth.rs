//! Who may call.

use axum::body::Body;
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use rstest::rstest;

use crate::app::{TOKEN, TestApp};

#[rstest]
#[case::missing(None)]
#[case::wrong(Some("Bearer token-of-the-test".to_owned()))]
#[case::another_scheme(Some(format!("Basic {TOKEN}")))]
#[case::no_scheme(Some(TOKEN.to_owned()))]
#[tokio::test]
async fn without_the_token_nothing_is_told(#[case] authorization: Option<String>) {
    let app = TestApp::start().await;
    // What exists, what does not, what is malformed and what is not allowed all look the same from outside.
    for (method, path) in [
        ("GET", "/api/v1/workflows"),
        ("GET", "/api/v1/workflows?limit=0"),
        ("GET", "/api/v1/executions/not-an-id"),
        ("PATCH", "/api/v1/workflows"),
        ("GET", "/api/v1/nowhere"),
    ] {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(value) = &authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{method} {path}");
        answer.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    }
}

#[tokio::test]
async fn the_token_opens_the_api() {
    let app = TestApp::start().await;
    let list = app.get("/api/v1/workflows").await.expect(StatusCode::OK);
    assert_eq!(list["items"].as_array().unwrap().len(), 0);
    assert!(list["next_cursor"].is_null());
}

#[tokio::test]
async fn health_is_open_to_everybody() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        assert_eq!(app.send(request).await.expect(StatusCode::OK)["status"], "ok");
    }
}
