//! Who changed what.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, bearing};
use crate::node::Node;
use crate::sources::{GREET, INBOX};

const AUDIT: &str = "/api/v1/audit";

async fn entries(app: &TestApp, query: &str) -> Vec<Value> {
    let list = app.get(&format!("{AUDIT}{query}")).await.expect(StatusCode::OK);
    list["items"].as_array().unwrap().clone()
}

/// `WHO DID KIND/NAME`, oldest first.
async fn told(app: &TestApp, query: &str) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut lines: Vec<_> = entries(app, query)
        .await
        .iter()
        .map(|entry| {
            let (who, did) = (word(&entry["actor"]["name"]), word(&entry["action"]));
            format!("{who} {did} {}/{}", word(&entry["object"]["kind"]), word(&entry["object"]["name"]))
        })
        .collect();
    lines.reverse();
    lines
}

#[tokio::test]
async fn a_workflows_life_is_written_down() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let path = "/api/v1/workflows/greet";
    let put =
        async |yaml: String| -> Answer { app.with_body(Method::PUT, path, "application/yaml", yaml).await };
    put(GREET.replace("hello", "HELLO")).await.expect(StatusCode::OK);
    // The same text again changes nothing, nor does switching on what is on.
    put(GREET.replace("hello", "HELLO")).await.expect(StatusCode::OK);
    for _ in 0..2 {
        app.post(&format!("{path}/activate")).await.expect(StatusCode::OK);
    }
    app.post(&format!("{path}/deactivate")).await.expect(StatusCode::OK);
    app.call(Method::DELETE, path).await.expect(StatusCode::NO_CONTENT);

    let state = |version: i64, state: &str| json!({ "version": version, "state": state });
    let entries = entries(&app, "?object=workflow/greet").await;
    let told: Vec<_> =
        entries.iter().map(|it| (it["action"].as_str().unwrap(), &it["before"], &it["after"])).collect();
    let (first, second, active) = (state(1, "inactive"), state(2, "inactive"), state(2, "active"));
    let expected = [
        ("delete", &second, &Value::Null),
        ("deactivate", &active, &second),
        ("activate", &second, &active),
        ("update", &first, &second),
        ("create", &Value::Null, &first),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_entry_says_who_and_from_where() {
    let app = TestApp::start().await;
    let made = app.new_token(json!({ "name": "ci", "scope": "write" })).await;
    let request = bearing(made["token"].as_str().unwrap(), Method::POST, "/api/v1/workflows");
    let mut request = request.header("content-type", "application/yaml").body(Body::from(GREET)).unwrap();
    // An IPv4 address as a socket of both kinds gives it.
    let address: SocketAddr = "[::ffff:192.0.2.7]:5000".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(address));
    app.send(request).await.expect(StatusCode::CREATED);

    let all = entries(&app, "").await;
    let [created, token] = &all[..] else { panic!("{all:?}") };
    assert_eq!(created["actor"], json!({ "name": "ci", "token_id": made["id"] }));
    assert_eq!(created["address"], "192.0.2.7");
    assert_eq!(created["at"], "2026-03-02T09:00:14.000000Z");
    assert_eq!(token["actor"], json!({ "name": "api-token", "token_id": null }));
    assert_eq!(token["object"], json!({ "kind": "token", "name": "ci" }));
    assert_eq!(token["after"], json!({ "scope": "write", "workflows": null, "expires_at": null }));
    assert_eq!(told(&app, "?actor=ci").await, ["ci create workflow/greet"]);
    assert_eq!(told(&app, "?object=token").await, ["api-token create token/ci"]);
}

#[tokio::test]
async fn what_is_done_with_executions_and_deliveries_is_written_down() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let body = Body::from(json!({ "size": 11 }).to_string());
    let sent = http::Request::post(&hook).header("content-type", "application/json").body(body).unwrap();
    let delivery = app.send(sent).await.expect(StatusCode::OK)["delivery_id"].as_str().unwrap().to_owned();
    let started = app.post("/api/v1/workflows/inbox/run").await.expect(StatusCode::ACCEPTED);
    let execution = started["id"].as_str().unwrap();
    let path = format!("/api/v1/executions/{execution}");
    for _ in 0..2 {
        app.post(&format!("{path}/cancel")).await.expect(StatusCode::OK);
    }
    app.post(&format!("{path}/retry")).await.expect(StatusCode::ACCEPTED);
    app.post(&format!("/api/v1/deliveries/{delivery}/replay")).await.expect(StatusCode::ACCEPTED);
    app.call(Method::DELETE, "/api/v1/executions?status=cancelled").await.expect(StatusCode::OK);
    // Nothing is left to delete.
    app.call(Method::DELETE, "/api/v1/executions?status=cancelled").await.expect(StatusCode::OK);

    let expected = [
        "api-token create workflow/inbox".to_owned(),
        "api-token activate workflow/inbox".to_owned(),
        "api-token run workflow/inbox".to_owned(),
        format!("api-token cancel execution/{execution}"),
        format!("api-token retry execution/{execution}"),
        format!("api-token replay delivery/{delivery}"),
        "api-token delete executions/-".to_owned(),
    ];
    assert_eq!(told(&app, "").await, expected);
    let pruned = &entries(&app, "?object=executions").await[0];
    assert_eq!(pruned["after"], json!({ "deleted": 1, "filter": { "status": "cancelled" } }));
}

#[tokio::test]
async fn a_step_that_somebody_resumes_is_written_down() {
    let app = TestApp::start().await;
    app.create(crate::sources::APPROVAL).await.expect(StatusCode::CREATED);
    let started = app.post("/api/v1/workflows/approval/run").await.expect(StatusCode::ACCEPTED);
    let execution = started["id"].as_str().unwrap();
    let node = Node::of(&app);
    node.wait_at(node.claim().await.id, &[("ask", "ask")]).await;
    app.post(&format!("/api/v1/executions/{execution}/steps/ask/resume")).await.expect(StatusCode::OK);
    let entry = &entries(&app, "?object=execution").await[0];
    assert_eq!((&entry["action"], &entry["after"]), (&json!("resume"), &json!({ "step": "ask" })));
}

#[tokio::test]
async fn what_was_refused_changes_nothing_and_is_no_entry() {
    let app = TestApp::start().await;
    let reader = app.token("reader", "read", &[]).await;
    app.call_as(&reader, Method::DELETE, "/api/v1/workflows/greet").await.expect(StatusCode::FORBIDDEN);
    app.call(Method::DELETE, "/api/v1/workflows/greet").await.expect(StatusCode::NOT_FOUND);
    app.post("/api/v1/workflows/greet/run").await.expect(StatusCode::NOT_FOUND);
    assert_eq!(told(&app, "").await, ["api-token create token/reader"]);
}

#[tokio::test]
async fn credentials_and_tokens_are_named_and_never_shown() {
    let app = TestApp::start().await;
    let path = "/api/v1/credentials/partner";
    let credential = json!({ "kind": "http_bearer", "token": "s3cret-of-a-partner" });
    app.put_json(path, credential).await.expect(StatusCode::CREATED);
    app.call(Method::DELETE, path).await.expect(StatusCode::NO_CONTENT);
    let made = app.new_token(json!({ "name": "ci", "scope": "read", "workflows": ["greet"] })).await;
    let id = made["id"].as_str().unwrap();
    app.call(Method::DELETE, &format!("/api/v1/tokens/{id}")).await.expect(StatusCode::NO_CONTENT);

    let log = app.get(AUDIT).await;
    assert!(
        !log.text.contains("s3cret") && !log.text.contains(made["token"].as_str().unwrap()),
        "{}",
        log.text
    );
    let expected = [
        "api-token create credential/partner",
        "api-token delete credential/partner",
        "api-token create token/ci",
        "api-token revoke token/ci",
    ];
    assert_eq!(told(&app, "").await, expected);
    let revoked = &entries(&app, "?object=token/ci&limit=1").await[0];
    assert_eq!(revoked["before"], json!({ "scope": "read", "workflows": ["greet"], "expires_at": null }));
}

#[tokio::test]
async fn the_log_comes_page_by_page() {
    let app = TestApp::start().await;
    for name in ["a", "b", "c"] {
        app.token(name, "read", &[]).await;
    }
    let first = app.get(&format!("{AUDIT}?limit=2")).await.expect(StatusCode::OK);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("{AUDIT}?limit=2&cursor={cursor}")).await.expect(StatusCode::OK);
    let names: Vec<_> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|entry| entry["object"]["name"].as_str().unwrap())
        .collect();
    assert_eq!((names.as_slice(), &second["next_cursor"]), (&["c", "b", "a"][..], &Value::Null));
}

#[rstest]
#[case::kind("?object=nothing", "`workflow`")]
#[case::time("?since=yesterday", "`since`")]
#[case::unknown("?who=ci", "`actor`")]
#[tokio::test]
async fn what_cannot_be_asked_for_is_refused(#[case] query: &str, #[case] named: &str) {
    let app = TestApp::start().await;
    let answer = app.get(&format!("{AUDIT}{query}")).await;
    let problem = answer.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
    assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
}
