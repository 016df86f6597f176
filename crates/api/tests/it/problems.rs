//! Every way to ask wrongly is answered with a problem that says what is wrong.

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use rstest::rstest;

use crate::app::{TestApp, endless, operator};
use crate::sources::GREET;

#[rstest]
#[case::no_such_route("/api/v1/nowhere")]
#[case::no_such_workflow("/api/v1/workflows/nobody")]
#[case::no_such_version("/api/v1/workflows/greet/versions/2")]
#[case::no_version_at_all("/api/v1/workflows/greet/versions/latest")]
#[case::not_a_name("/api/v1/workflows/No%20Body")]
#[case::not_utf8("/api/v1/workflows/%FF")]
#[case::no_such_execution("/api/v1/executions/019cab3e-0000-7000-8000-000000000000")]
#[case::not_an_id("/api/v1/executions/42")]
#[case::no_such_delivery("/api/v1/deliveries/019cab3e-0000-7000-8000-000000000000")]
#[case::not_a_delivery("/api/v1/deliveries/42")]
#[case::no_such_credential("/api/v1/credentials/nothing")]
#[tokio::test]
async fn what_is_not_there_is_not_found(#[case] path: &str) {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    app.get(path).await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[rstest]
#[case("/api/v1/executions?limit=0", "`limit`")]
#[case("/api/v1/executions?limit=201", "200")]
#[case("/api/v1/executions?limit=x", "`limit`")]
#[case("/api/v1/executions?status=done", "`succeeded`")]
#[case("/api/v1/executions?since=yesterday", "`since`")]
#[case("/api/v1/executions?sttus=failed", "`status`")]
#[case("/api/v1/executions?status=failed&status=queued", "twice")]
#[case("/api/v1/executions?cursor=AAAA", "`cursor`")]
#[case("/api/v1/executions?cursor=%2F%2F", "`cursor`")]
#[case("/api/v1/deliveries?outcome=lost", "`duplicate`")]
#[case("/api/v1/workflows?q=x", "`cursor`")]
#[tokio::test]
async fn a_bad_parameter_is_named_with_what_is_allowed(#[case] path: &str, #[case] named: &str) {
    let app = TestApp::start().await;
    let problem = app.get(path).await.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
    assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
}

#[rstest]
#[case::broken_json("application/json", "{", StatusCode::BAD_REQUEST, "malformed-body")]
#[case::too_deep("application/json", &format!(r#"{{"inputs":{{"a":{}"#, "[".repeat(10_000)), StatusCode::BAD_REQUEST, "malformed-body")]
#[case::another_shape("application/json", "[]", StatusCode::UNPROCESSABLE_ENTITY, "invalid-body")]
#[case::a_list_of_its_fields(
    "application/json",
    "[null, null]",
    StatusCode::UNPROCESSABLE_ENTITY,
    "invalid-body"
)]
#[case::unknown_field(
    "application/json",
    r#"{"input":{}}"#,
    StatusCode::UNPROCESSABLE_ENTITY,
    "invalid-body"
)]
#[case::not_json("text/plain", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type")]
#[tokio::test]
async fn a_body_that_does_not_fit_is_refused(
    #[case] media: &str,
    #[case] body: &str,
    #[case] status: StatusCode,
    #[case] kind: &str,
) {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let answer = app.with_body(Method::POST, "/api/v1/workflows/greet/run", media, body.to_owned()).await;
    answer.problem(status, &format!("/problems/{kind}"));
}

#[rstest]
#[case::form("application/x-www-form-urlencoded")]
#[case::nothing("")]
#[tokio::test]
async fn a_workflow_comes_as_yaml_or_json(#[case] media: &str) {
    let app = TestApp::start().await;
    let answer = app.with_body(Method::POST, "/api/v1/workflows", media, GREET).await;
    answer.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "/problems/unsupported-media-type");
}

#[tokio::test]
async fn yaml_that_is_not_text_is_refused() {
    let app = TestApp::start().await;
    let body = Body::from(&b"name: gr\xFFet"[..]);
    let answer = app.with_body(Method::POST, "/api/v1/workflows", "text/yaml; charset=utf-8", body).await;
    let problem = answer.problem(StatusCode::BAD_REQUEST, "/problems/malformed-body");
    assert!(problem["detail"].as_str().unwrap().contains("byte 8"), "{problem}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = TestApp::start().await;
    let body = vec![b' '; 5 * 1024 * 1024];
    let answer = app.with_body(Method::POST, "/api/v1/workflows", "application/yaml", body).await;
    answer.problem(StatusCode::PAYLOAD_TOO_LARGE, "/problems/body-too-large");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let app = TestApp::start().await;
    let request = operator(Method::POST, "/api/v1/workflows").header(CONTENT_TYPE, "application/yaml");
    let answer = app.send(request.body(endless()).unwrap()).await;
    answer.problem(StatusCode::REQUEST_TIMEOUT, "/problems/body-timeout");
}

#[tokio::test]
async fn a_method_that_is_not_allowed_is_told_which_are() {
    let app = TestApp::start().await;
    let answer = app.call(Method::DELETE, "/api/v1/workflows").await;
    let mut allowed: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    answer.problem(StatusCode::METHOD_NOT_ALLOWED, "/problems/method-not-allowed");
}

#[tokio::test]
async fn an_address_outside_of_the_api_is_a_problem_too() {
    let app = TestApp::start().await;
    let request = Request::builder().uri("/nowhere").body(Body::empty()).unwrap();
    app.send(request).await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[tokio::test]
async fn a_handler_that_panics_costs_one_request_and_tells_nothing() {
    let app = TestApp::start().await;
    app.clock.break_down();
    let answer = app.create(GREET).await;
    assert!(!answer.text.contains("clock"), "{}", answer.text);
    answer.problem(StatusCode::INTERNAL_SERVER_ERROR, "/problems/internal");
    app.get("/api/v1/workflows").await.expect(StatusCode::OK);
}
