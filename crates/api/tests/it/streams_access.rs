//! Whoever follows executions follows those that their token is for, and for as long as it works.

use std::time::Duration;

use axum::body::Body;
use bellhop_workflow::ids::ExecutionId;
use http::{Method, Request, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{TestApp, bearing, operator};
use crate::sources::{GREET, named};
use crate::streams::{ALL, Reader, of};

impl Reader {
    /// The next execution that it is told of.
    async fn execution(&mut self) -> Option<ExecutionId> {
        loop {
            let (name, data) = self.next().await?;
            if name == "execution" {
                return Some(data["id"].as_str().unwrap().parse().unwrap());
            }
        }
    }
}

#[rstest]
#[case::one(&["greet"])]
#[case::several(&["another", "greet"])]
#[tokio::test]
async fn a_token_for_some_workflows_follows_those_alone(#[case] workflows: &[&str]) {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    app.create(&named(GREET, "other")).await.expect(StatusCode::CREATED);
    let token = app.token("ann", "read", workflows).await;
    let mut reader = app.read(bearing(&token, Method::GET, ALL)).await.begun().await;

    let (other, own) = (app.begin("other").await, app.begin("greet").await);
    assert_eq!(reader.execution().await, Some(own));
    let mut own = app.read(bearing(&token, Method::GET, &of(own))).await;
    assert!(own.execution().await.is_some());
    let hidden = app.call_as(&token, Method::GET, &of(other)).await;
    hidden.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    let refused = app.call_as(&token, Method::GET, &format!("{ALL}?workflow=other")).await;
    refused.problem(StatusCode::FORBIDDEN, "/problems/other-workflows");
}

/// A token that lasts an hour, with its id.
async fn token(app: &TestApp) -> (String, String) {
    let made = app.new_token(json!({ "name": "ann", "scope": "read", "expires_in": "1h" })).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["token"]), text(&made["id"]))
}

#[tokio::test]
async fn a_stream_ends_as_its_token_is_revoked() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let (token, id) = token(&app).await;
    let execution = app.begin("greet").await;
    let mut all = app.read(bearing(&token, Method::GET, ALL)).await.begun().await;
    let mut one = app.read(bearing(&token, Method::GET, &of(execution))).await;
    assert!(one.next().await.is_some());
    let mut others = app.read(operator(Method::GET, ALL)).await.begun().await;

    let revoked = app.call(Method::DELETE, &format!("/api/v1/tokens/{id}")).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    // Nothing happens that would wake it.
    assert_eq!(one.next().await, None);
    let new = app.begin("greet").await;
    assert_eq!(all.next().await, None);
    assert_eq!(others.execution().await, Some(new));
}

#[tokio::test]
async fn a_stream_ends_as_its_token_expires() {
    let app = TestApp::start().await;
    let (token, _) = token(&app).await;
    let mut reader = app.read(bearing(&token, Method::GET, ALL)).await.begun().await;
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(reader.next().await, None);
}

#[tokio::test]
async fn a_stream_ends_as_its_browser_is_shut() {
    let app = TestApp::start().await;
    let (token, _) = token(&app).await;
    let opened = app.post_json("/api/v1/session", json!({ "token": token })).await;
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    let with_cookie = |method: Method, path: &str| {
        let request = Request::builder().method(method).uri(path).header("cookie", cookie.as_str());
        request.header("x-bellhop-request", "1")
    };
    let mut reader = app.read(with_cookie(Method::GET, ALL)).await.begun().await;
    let shut = with_cookie(Method::DELETE, "/api/v1/session").body(Body::empty()).unwrap();
    assert_eq!(app.send(shut).await.status, StatusCode::NO_CONTENT);
    assert_eq!(reader.next().await, None);
}
