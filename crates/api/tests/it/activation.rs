//! Switching workflows on and off, and the vendor's words where it refuses.

use http::StatusCode;
use serde_json::json;
use wiremock::matchers::{any, method};
use wiremock::{Mock, ResponseTemplate};

use crate::app::TestApp;
use crate::sources::{GREET, GUARDED, INBOX, WON};

const ACTIVATE_WON: &str = "/api/v1/workflows/won-deals/activate";

async fn with_key(app: &TestApp) {
    let credential = json!({ "kind": "close", "api_key": "api_key_of_the_tests" });
    app.put_json("/api/v1/credentials/close", credential).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_workflow_is_switched_on_and_off_as_often_as_one_likes() {
    let app = TestApp::start().await;
    app.create(INBOX).await.expect(StatusCode::CREATED);
    for _ in 0..2 {
        let active = app.post("/api/v1/workflows/inbox/activate").await.expect(StatusCode::OK);
        assert_eq!(active["state"], "active");
        let registration = &active["registrations"][0];
        assert_eq!((&registration["trigger"], &registration["state"]), (&json!("webhook"), &json!("active")));
        assert_eq!(registration["hook_url"], active["triggers"][0]["hook_url"]);
    }
    for _ in 0..2 {
        let inactive = app.post("/api/v1/workflows/inbox/deactivate").await.expect(StatusCode::OK);
        assert_eq!(inactive["state"], "inactive");
    }
}

#[tokio::test]
async fn the_vendors_own_words_reach_the_user() {
    let app = TestApp::start().await;
    with_key(&app).await;
    app.create(WON).await.expect(StatusCode::CREATED);
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(400).set_body_json(json!({ "error": "Limit of 40 reached." })))
        .mount(&app.close)
        .await;
    let problem = app.post(ACTIVATE_WON).await.problem(StatusCode::BAD_GATEWAY, "/problems/vendor");
    assert_eq!(problem["detail"], "Failed to create webhook: Limit of 40 reached.");
    assert_eq!(problem["vendor"], json!({ "status": 400, "message": "Limit of 40 reached." }));
    let workflow = app.get("/api/v1/workflows/won-deals").await.expect(StatusCode::OK);
    assert_eq!(workflow["state"], "inactive");
}

#[tokio::test]
async fn a_vendors_answer_that_makes_no_sense_is_a_problem_too() {
    let app = TestApp::start().await;
    with_key(&app).await;
    app.create(WON).await.expect(StatusCode::CREATED);
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_string("<html>maintenance</html>"))
        .mount(&app.close)
        .await;
    let problem = app.post(ACTIVATE_WON).await.problem(StatusCode::BAD_GATEWAY, "/problems/vendor");
    assert!(problem["vendor"]["message"].is_string(), "{problem}");
}

#[tokio::test]
async fn a_missing_credential_is_named_with_the_command_that_mends_it() {
    let app = TestApp::start().await;
    app.create(WON).await.expect(StatusCode::CREATED);
    let answer = app.post(ACTIVATE_WON).await;
    let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/missing-credential");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("`bellhop credentials set close --kind close`"), "{detail}");
}

#[tokio::test]
async fn a_credential_of_another_kind_is_named() {
    let app = TestApp::start().await;
    let credential = json!({ "kind": "hmac", "secret": "not a token" });
    app.put_json("/api/v1/credentials/partner", credential).await.expect(StatusCode::CREATED);
    app.create(GUARDED).await.expect(StatusCode::CREATED);
    let answer = app.post("/api/v1/workflows/guarded/activate").await;
    let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-credential");
    assert!(problem["detail"].as_str().unwrap().contains("`http_bearer`"), "{problem}");
}

#[tokio::test]
async fn two_workflows_cannot_have_the_same_path() {
    let app = TestApp::start().await;
    let at = |name: &str| {
        INBOX
            .replace("name: inbox", &format!("name: {name}"))
            .replace("webhook: {}", "webhook: { path: orders }")
    };
    assert_eq!(app.active_hook(&at("first")).await, "/webhook/orders");
    app.create(&at("second")).await.expect(StatusCode::CREATED);
    let answer = app.post("/api/v1/workflows/second/activate").await;
    answer.problem(StatusCode::CONFLICT, "/problems/hook-path-taken");
}

#[tokio::test]
async fn a_workflow_that_is_not_there_is_not_switched() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    for action in ["activate", "deactivate", "run"] {
        let answer = app.post(&format!("/api/v1/workflows/nobody/{action}")).await;
        answer.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    }
}
