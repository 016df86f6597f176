//! What becomes of deliveries, and what the log says of them.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{Method, Request, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{Answer, MAX_BODY, TestApp, endless};
use crate::sources::{GUARDED, INBOX};

async fn deliver(app: &TestApp, hook: &str, body: impl Into<Body>) -> Answer {
    app.send(Request::post(hook).body(body.into()).unwrap()).await
}

/// The answer to a delivery that was refused: the status, and not why.
#[track_caller]
fn refused(answer: Answer, status: StatusCode, reason: &str) {
    assert!(!answer.text.contains(reason), "{}", answer.text);
    let problem = answer.problem(status, "about:blank");
    assert_eq!(problem["detail"], "The delivery was refused.");
}

#[tokio::test]
async fn an_accepted_delivery_is_in_the_log_and_starts_an_execution() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    // The order and the spaces have to survive.
    let body = "{\"size\":  11, \"a\": \"\\u0000\"}";
    let receipt = deliver(&app, &hook, body).await.expect(StatusCode::OK);
    assert_eq!(receipt["outcome"], "accepted");

    let path = format!("/api/v1/deliveries/{}", receipt["delivery_id"].as_str().unwrap());
    let delivery = app.get(&path).await.expect(StatusCode::OK);
    assert_eq!((&delivery["outcome"], &delivery["workflow"]), (&json!("accepted"), &json!("inbox")));
    assert_eq!((&delivery["body"], &delivery["size"]), (&json!(body), &json!(body.len())));
    assert_eq!(delivery["event_type"], "webhook.received");

    let id = delivery["execution_ids"][0].as_str().unwrap();
    let execution = app.get(&format!("/api/v1/executions/{id}")).await.expect(StatusCode::OK);
    assert_eq!(execution["status"], "queued");
    assert_eq!((&execution["workflow"], &execution["trigger"]), (&json!("inbox"), &json!("webhook")));
    assert_eq!(execution["event"]["data"], json!({ "size": 11, "a": "\u{0}" }));
    assert_eq!(execution["delivery_id"], receipt["delivery_id"]);
    assert_eq!(execution["steps"], json!([]));
}

#[tokio::test]
async fn the_same_event_starts_one_execution() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let request =
        || Request::post(&hook).header("webhook-id", "msg_1").body(Body::from(r#"{"size":11}"#)).unwrap();
    assert_eq!(app.send(request()).await.expect(StatusCode::OK)["outcome"], "accepted");
    assert_eq!(app.send(request()).await.expect(StatusCode::OK)["outcome"], "duplicate");
    let delivery = app.last_delivery().await;
    assert!(delivery["reason"].as_str().unwrap().contains("before"), "{delivery}");
    assert_eq!((&delivery["outcome"], &delivery["event_id"]), (&json!("duplicate"), &json!("msg_1")));
    let executions = app.get("/api/v1/executions?event_id=msg_1").await.expect(StatusCode::OK);
    assert_eq!(executions["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_filtered_delivery_is_logged_with_its_filter_and_starts_nothing() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    assert_eq!(deliver(&app, &hook, r#"{"size":10}"#).await.expect(StatusCode::OK)["outcome"], "filtered");
    let delivery = app.last_delivery().await;
    assert!(delivery["reason"].as_str().unwrap().contains("event.data.size > 10"), "{delivery}");
    assert_eq!(delivery["execution_ids"], json!([]));
    assert_eq!(app.get("/api/v1/executions").await.expect(StatusCode::OK)["items"], json!([]));
}

#[tokio::test]
async fn whoever_has_no_token_is_refused_and_not_told_why() {
    let app = TestApp::start().await;
    let credential = json!({ "kind": "http_bearer", "token": "token-of-a-partner" });
    app.put_json("/api/v1/credentials/partner", credential).await.expect(StatusCode::CREATED);
    let hook = app.active_hook(GUARDED).await;
    refused(deliver(&app, &hook, "{}").await, StatusCode::UNAUTHORIZED, "unauthorized");
    let delivery = app.last_delivery().await;
    assert_eq!((&delivery["outcome"], &delivery["reason"]), (&json!("rejected"), &json!("unauthorized")));
    assert_eq!(delivery["workflow"], "guarded");

    let genuine = Request::post(&hook)
        .header(AUTHORIZATION, "Bearer token-of-a-partner")
        .header("x-copy", "the token is token-of-a-partner")
        .body(Body::from("{}"))
        .unwrap();
    let receipt = app.send(genuine).await.expect(StatusCode::OK);
    let path = format!("/api/v1/deliveries/{}", receipt["delivery_id"].as_str().unwrap());
    assert_eq!(
        app.get(&path).await.expect(StatusCode::OK)["headers"],
        json!({ "x-copy": "the token is [redacted]" })
    );
}

#[tokio::test]
async fn a_new_token_counts_at_once() {
    let app = TestApp::start().await;
    for token in ["the-old-token", "the-new-token"] {
        let credential = json!({ "kind": "http_bearer", "token": token });
        app.put_json("/api/v1/credentials/partner", credential).await;
        if token == "the-old-token" {
            app.active_hook(GUARDED).await;
        }
    }
    let workflow = app.get("/api/v1/workflows/guarded").await.expect(StatusCode::OK);
    let hook = workflow["triggers"][0]["hook_url"].as_str().unwrap().to_owned();
    let send = |token: &str| {
        let request = Request::post(&hook).header(AUTHORIZATION, format!("Bearer {token}"));
        app.send(request.body(Body::from("{}")).unwrap())
    };
    assert_eq!(send("the-old-token").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(send("the-new-token").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_hook_that_nobody_has_is_not_found_and_logged() {
    let app = TestApp::start().await;
    refused(deliver(&app, "/webhook/nobodys", "{}").await, StatusCode::NOT_FOUND, "unknown_hook");
    let delivery = app.last_delivery().await;
    assert_eq!((&delivery["hook_id"], &delivery["reason"]), (&json!("nobodys"), &json!("unknown_hook")));
    assert_eq!(delivery["workflow"], Value::Null);
}

#[rstest]
#[case::encoded_nul("%00".to_owned())]
#[case::not_utf8("%FF%FE".to_owned())]
#[case::deeper("a/b/../c".to_owned())]
#[case::endless("x".repeat(5_000))]
#[tokio::test]
async fn an_address_that_no_hook_could_have_is_not_found_and_logged(#[case] hook: String) {
    let app = TestApp::start().await;
    refused(deliver(&app, &format!("/webhook/{hook}"), "{}").await, StatusCode::NOT_FOUND, "unknown_hook");
    assert_eq!(app.last_delivery().await["reason"], "unknown_hook");
}

#[tokio::test]
async fn a_hook_that_another_node_has_made_is_found() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let hook = app.active_hook(INBOX).await;
    let receipt = deliver(&other, &hook, r#"{"size":11}"#).await.expect(StatusCode::OK);
    assert_eq!(receipt["outcome"], "accepted");
}

#[tokio::test]
async fn a_workflow_that_is_off_looks_like_none_at_all() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    app.post("/api/v1/workflows/inbox/deactivate").await.expect(StatusCode::OK);
    refused(deliver(&app, &hook, r#"{"size":11}"#).await, StatusCode::NOT_FOUND, "inactive");
    let delivery = app.last_delivery().await;
    assert_eq!((&delivery["workflow"], &delivery["reason"]), (&json!("inbox"), &json!("inactive")));
}

#[tokio::test]
async fn a_body_of_the_largest_size_is_taken_and_a_larger_one_is_not() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let of_length = |length: usize| {
        let (before, after) = (r#"{"size":11,"a":""#, r#""}"#);
        format!("{before}{}{after}", "x".repeat(length - before.len() - after.len()))
    };
    deliver(&app, &hook, of_length(MAX_BODY)).await.expect(StatusCode::OK);
    let answer = deliver(&app, &hook, of_length(MAX_BODY + 1)).await;
    answer.problem(StatusCode::PAYLOAD_TOO_LARGE, "/problems/body-too-large");
    let delivery = app.last_delivery().await;
    assert_eq!((&delivery["reason"], &delivery["size"]), (&json!("too_large"), &json!(MAX_BODY + 1)));
}

#[tokio::test]
async fn a_body_that_says_it_will_be_too_large_is_not_read() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    // It would be a timeout, if anybody waited for it.
    let request = Request::post(&hook).header(CONTENT_LENGTH, "99999999999").body(endless()).unwrap();
    app.send(request).await.problem(StatusCode::PAYLOAD_TOO_LARGE, "/problems/body-too-large");
    assert_eq!(app.last_delivery().await["size"], 99_999_999_999_u64);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up_and_logged() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let answer = deliver(&app, &hook, endless()).await;
    answer.problem(StatusCode::REQUEST_TIMEOUT, "/problems/body-timeout");
    assert_eq!(app.last_delivery().await["reason"], "too_slow");
}

#[tokio::test]
async fn another_method_is_not_allowed() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let request = Request::builder().method(Method::PUT).uri(&hook).body(Body::from("{}")).unwrap();
    let answer = app.send(request).await;
    assert_eq!(answer.header("allow"), "POST");
    answer.problem(StatusCode::METHOD_NOT_ALLOWED, "/problems/method-not-allowed");
    assert_eq!(app.last_delivery().await["reason"], "wrong_method");
}

#[tokio::test]
async fn bytes_that_are_not_text_read_back_as_they_came() {
    let app = TestApp::start().await;
    let hook = app.active_hook(&INBOX.replace("    where: event.data.size > 10\n", "")).await;
    let request = Request::post(&hook).header("content-type", "text/plain");
    let receipt = app.send(request.body(Body::from(&[0xFF, 0x00, 0x41][..])).unwrap()).await;
    let id = receipt.expect(StatusCode::OK)["delivery_id"].as_str().unwrap().to_owned();
    let delivery = app.get(&format!("/api/v1/deliveries/{id}")).await.expect(StatusCode::OK);
    assert_eq!((&delivery["body"], &delivery["body_base64"]), (&Value::Null, &json!("/wBB")));
}
