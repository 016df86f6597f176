//! Credentials go in and never come out.

use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;

use crate::app::TestApp;
use crate::sources::GUARDED;

const SECRET: &str = "s3cret-of-a-partner";

#[tokio::test]
async fn a_stored_credential_is_shown_without_its_values() {
    let app = TestApp::start().await;
    let path = "/api/v1/credentials/partner";
    let created =
        app.put_json(path, json!({ "kind": "http_basic", "username": "u", "password": SECRET })).await;
    let replaced = app.put_json(path, json!({ "kind": "http_bearer", "token": SECRET })).await;
    let (shown, listed) = (app.get(path).await, app.get("/api/v1/credentials").await);
    for answer in [&created, &replaced, &shown, &listed] {
        assert!(!answer.text.contains(SECRET), "{}", answer.text);
    }
    assert_eq!(created.expect(StatusCode::CREATED)["fields"], json!(["username", "password"]));
    assert_eq!(replaced.expect(StatusCode::OK)["kind"], "http_bearer");
    let shown = shown.expect(StatusCode::OK);
    assert_eq!(shown["name"], "partner");
    assert_eq!(shown["fields"], json!(["token"]));
    assert_eq!(shown["created_at"], "2026-03-02T09:00:14.000000Z");
    let listed = listed.expect(StatusCode::OK);
    assert_eq!(listed["items"].as_array().unwrap().last(), Some(&shown));
}

#[rstest]
#[case::unknown_kind(json!({ "kind": "clse", "api_key": SECRET }), "`close`")]
#[case::no_kind(json!({ "api_key": SECRET }), "`kind`")]
#[case::unknown_field(json!({ "kind": "close", "apikey": SECRET }), "`api_key`")]
#[case::missing_field(json!({ "kind": "http_basic", "password": SECRET }), "`username`")]
#[case::empty_field(json!({ "kind": "close", "api_key": "" }), "`api_key`")]
#[case::not_text(json!({ "kind": "close", "api_key": [SECRET] }), "`api_key`")]
#[case::not_an_object(json!(SECRET), "JSON object")]
#[tokio::test]
async fn what_is_no_credential_is_refused_without_repeating_it(
    #[case] body: serde_json::Value,
    #[case] named: &str,
) {
    let app = TestApp::start().await;
    let answer = app.put_json("/api/v1/credentials/partner", body).await;
    assert!(!answer.text.contains(SECRET), "{}", answer.text);
    let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-credential");
    assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
    app.get("/api/v1/credentials/partner").await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[tokio::test]
async fn a_name_that_no_workflow_could_use_is_refused() {
    let app = TestApp::start().await;
    let answer =
        app.put_json("/api/v1/credentials/My%20Key", json!({ "kind": "hmac", "secret": SECRET })).await;
    answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-credential");
}

#[tokio::test]
async fn a_credential_of_the_environment_is_shown_and_not_changed() {
    let app = TestApp::start().await;
    let path = "/api/v1/credentials/from-env";
    let shown = app.get(path).await.expect(StatusCode::OK);
    assert_eq!((&shown["source"], &shown["created_at"]), (&json!("environment"), &json!(null)));
    let put = app.put_json(path, json!({ "kind": "http_bearer", "token": SECRET })).await;
    put.problem(StatusCode::CONFLICT, "/problems/credential-from-environment");
    let deleted = app.call(Method::DELETE, path).await;
    deleted.problem(StatusCode::CONFLICT, "/problems/credential-from-environment");
}

#[tokio::test]
async fn a_credential_is_deleted_once_no_active_workflow_needs_it() {
    let app = TestApp::start().await;
    let path = "/api/v1/credentials/partner";
    app.put_json(path, json!({ "kind": "http_bearer", "token": SECRET })).await.expect(StatusCode::CREATED);
    app.active_hook(GUARDED).await;
    let refused = app.call(Method::DELETE, path).await;
    let problem = refused.problem(StatusCode::CONFLICT, "/problems/credential-in-use");
    assert!(problem["detail"].as_str().unwrap().contains("`guarded`"), "{problem}");

    app.post("/api/v1/workflows/guarded/deactivate").await.expect(StatusCode::OK);
    app.call(Method::DELETE, path).await.expect(StatusCode::NO_CONTENT);
    app.call(Method::DELETE, path).await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}
