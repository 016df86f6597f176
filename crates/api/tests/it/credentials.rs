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

/// Close's answer to whose key it is.
async fn close_answers(app: &TestApp, status: u16, body: serde_json::Value) {
    let template = wiremock::ResponseTemplate::new(status).set_body_json(body);
    wiremock::Mock::given(wiremock::matchers::path("/me/")).respond_with(template).mount(&app.close).await;
}

#[tokio::test]
async fn a_test_says_whose_the_key_is() {
    let app = TestApp::start().await;
    app.put_json("/api/v1/credentials/close", json!({ "kind": "close", "api_key": SECRET })).await;
    let me = json!({
        "id": "user_1", "email": "ann@example.com", "first_name": "Ann", "last_name": "Lee",
        "organizations": [{ "id": "orga_1", "name": "Acme" }], "image": "x"
    });
    close_answers(&app, 200, me).await;
    let tested = app.post("/api/v1/credentials/close/test").await.expect(StatusCode::OK);
    let identity = json!({
        "id": "user_1", "name": "Ann Lee", "email": "ann@example.com",
        "organizations": [{ "id": "orga_1", "name": "Acme" }]
    });
    assert_eq!(tested, json!({ "name": "close", "kind": "close", "identity": identity }));
}

#[tokio::test]
async fn a_key_that_close_refuses_is_told_in_closes_words_without_the_key() {
    let app = TestApp::start().await;
    app.put_json("/api/v1/credentials/close", json!({ "kind": "close", "api_key": SECRET })).await;
    close_answers(&app, 401, json!({ "error": format!("The API key {SECRET} was revoked.") })).await;
    let problem =
        app.post("/api/v1/credentials/close/test").await.problem(StatusCode::BAD_GATEWAY, "/problems/vendor");
    assert_eq!(problem["vendor"], json!({ "status": 401, "message": "The API key [redacted] was revoked." }));
    assert!(problem["detail"].as_str().unwrap().starts_with("Close does not take the API key"), "{problem}");
}

#[rstest]
#[case::hmac(json!({ "kind": "hmac", "secret": SECRET }), "sent nowhere")]
#[case::bearer(json!({ "kind": "http_bearer", "token": SECRET }), "an address of its own")]
#[case::sql(json!({ "kind": "sql", "url": "postgres://u:s3cret@db/x" }), "`sql` step")]
#[tokio::test]
async fn what_cannot_be_tested_says_so(#[case] credential: serde_json::Value, #[case] why: &str) {
    let app = TestApp::start().await;
    app.put_json("/api/v1/credentials/partner", credential).await.expect(StatusCode::CREATED);
    let problem = app
        .post("/api/v1/credentials/partner/test")
        .await
        .problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/credential-untestable");
    assert!(problem["detail"].as_str().unwrap().contains(why), "{problem}");
}

#[tokio::test]
async fn only_what_is_there_can_be_tested() {
    let app = TestApp::start().await;
    let answer = app.post("/api/v1/credentials/nobodys/test").await;
    answer.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    app.send(
        http::Request::post("/api/v1/credentials/nobodys/test").body(axum::body::Body::empty()).unwrap(),
    )
    .await
    .problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
}
