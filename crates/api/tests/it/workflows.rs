//! Creating, reading, changing and deleting workflows.

use http::{Method, StatusCode};
use serde_json::json;

use crate::app::TestApp;
use crate::sources::{GREET, WON, named};

#[tokio::test]
async fn a_workflow_is_created_and_read_back() {
    let app = TestApp::start().await;
    let answer = app.create(GREET).await;
    assert_eq!(answer.header("location"), "/api/v1/workflows/greet");
    let created = answer.expect(StatusCode::CREATED);
    let shown = app.get("/api/v1/workflows/greet").await.expect(StatusCode::OK);
    for workflow in [&created, &shown] {
        assert_eq!(workflow["name"], "greet");
        assert_eq!(workflow["description"], "Says hello.");
        assert_eq!(workflow["state"], "inactive");
        assert_eq!(workflow["version"], 1);
        assert_eq!(workflow["yaml"], GREET);
        assert_eq!(workflow["triggers"], json!([{ "id": "manual", "kind": "manual" }]));
        assert_eq!(workflow["registrations"], json!([]));
        assert_eq!(workflow["created_at"], "2026-03-02T09:00:14.000000Z");
    }
}

#[tokio::test]
async fn yaml_may_come_inside_json() {
    let app = TestApp::start().await;
    let created =
        app.post_json("/api/v1/workflows", json!({ "yaml": GREET })).await.expect(StatusCode::CREATED);
    assert_eq!(created["yaml"], GREET);
}

#[tokio::test]
async fn a_name_is_given_once() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    app.create(GREET).await.problem(StatusCode::CONFLICT, "/problems/workflow-name-taken");
}

#[tokio::test]
async fn all_mistakes_are_told_with_their_places() {
    let app = TestApp::start().await;
    let answer =
        app.create("name: greet\ntriggers:\n  - manual: {}\nstps: []\nsteps:\n  - uses: logg\n").await;
    let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-workflow");
    let lines: Vec<_> = problem["diagnostics"].as_array().unwrap().iter().map(|one| &one["line"]).collect();
    assert!(lines.contains(&&json!(4)) && lines.contains(&&json!(6)), "{problem}");
    app.get("/api/v1/workflows/greet").await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[tokio::test]
async fn a_change_makes_a_new_version_and_the_old_one_stays() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let changed = GREET.replace("Says hello.", "Says it louder.");
    let put = |yaml: String| app.with_body(Method::PUT, "/api/v1/workflows/greet", "application/yaml", yaml);

    let second = put(changed.clone()).await.expect(StatusCode::OK);
    assert_eq!((&second["version"], &second["description"]), (&json!(2), &json!("Says it louder.")));
    // The same text again is no change.
    assert_eq!(put(changed.clone()).await.expect(StatusCode::OK)["version"], 2);

    let versions = app.get("/api/v1/workflows/greet/versions").await.expect(StatusCode::OK);
    let numbers: Vec<_> = versions["items"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(numbers, [2, 1]);
    let first = app.get("/api/v1/workflows/greet/versions/1").await.expect(StatusCode::OK);
    assert_eq!(first["yaml"], GREET);
    let second = app.get("/api/v1/workflows/greet/versions/2").await.expect(StatusCode::OK);
    assert_eq!(second["yaml"], changed);
}

#[tokio::test]
async fn a_workflow_is_not_renamed_by_a_change() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let other = named(GREET, "other");
    let answer = app.with_body(Method::PUT, "/api/v1/workflows/greet", "application/yaml", other).await;
    let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-workflow");
    assert_eq!(problem["diagnostics"][0]["path"], "name");
    assert_eq!(app.get("/api/v1/workflows/greet").await.expect(StatusCode::OK)["version"], 1);
}

#[tokio::test]
async fn a_workflow_that_is_not_there_is_not_changed() {
    let app = TestApp::start().await;
    let answer = app.with_body(Method::PUT, "/api/v1/workflows/greet", "application/yaml", GREET).await;
    answer.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[tokio::test]
async fn a_deleted_workflow_leaves_its_name() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    app.call(Method::DELETE, "/api/v1/workflows/greet").await.expect(StatusCode::NO_CONTENT);
    app.get("/api/v1/workflows/greet").await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    let again = app.call(Method::DELETE, "/api/v1/workflows/greet").await;
    again.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    app.create(GREET).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_credential_that_is_not_stored_yet_is_warned_of() {
    let app = TestApp::start().await;
    let created = app.create(WON).await.expect(StatusCode::CREATED);
    let warning = &created["diagnostics"][0];
    assert_eq!((&warning["severity"], &warning["line"]), (&json!("warning"), &json!(3)));
    let help = warning["help"].as_str().unwrap();
    assert!(help.contains("bellhop credentials set close --kind close"), "{help}");

    app.put_json("/api/v1/credentials/close", json!({ "kind": "close", "api_key": "api_1234567" })).await;
    let other = app.create(&named(WON, "again")).await.expect(StatusCode::CREATED);
    assert_eq!(other["diagnostics"], json!([]));
}

#[tokio::test]
async fn a_workflow_may_be_called_validate() {
    let app = TestApp::start().await;
    app.create(&named(GREET, "validate")).await.expect(StatusCode::CREATED);
    let shown = app.get("/api/v1/workflows/validate").await.expect(StatusCode::OK);
    assert_eq!(shown["name"], "validate");
    app.get("/api/v1/workflows/validate/versions").await.expect(StatusCode::OK);
    app.call(Method::DELETE, "/api/v1/workflows/validate").await.expect(StatusCode::NO_CONTENT);
}
