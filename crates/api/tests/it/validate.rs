//! Asking what is wrong with a workflow.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::sources::{GREET, GUARDED};

async fn validate(app: &TestApp, yaml: &str) -> Value {
    let path = "/api/v1/workflows/validate";
    app.with_body(Method::POST, path, "application/yaml", yaml.to_owned()).await.expect(StatusCode::OK)
}

#[tokio::test]
async fn a_good_workflow_has_nothing_said_of_it_and_is_not_stored() {
    let app = TestApp::start().await;
    assert_eq!(validate(&app, GREET).await, json!({ "valid": true, "diagnostics": [] }));
    app.get("/api/v1/workflows/greet").await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[tokio::test]
async fn mistakes_are_an_answer_and_not_a_problem() {
    let app = TestApp::start().await;
    let findings = validate(&app, "name: Greet\n").await;
    assert_eq!(findings["valid"], false);
    assert_eq!(findings["diagnostics"][0]["severity"], "error");
}

#[tokio::test]
async fn a_missing_credential_does_not_make_a_workflow_invalid() {
    let app = TestApp::start().await;
    let findings = validate(&app, GUARDED).await;
    assert_eq!(findings["valid"], true);
    assert_eq!(findings["diagnostics"][0]["code"], "missing_credential");
    assert_eq!(findings["diagnostics"][0]["severity"], "warning");
}

#[tokio::test]
async fn the_credentials_of_steps_are_looked_for_too() {
    let app = TestApp::start().await;
    let steps = "\
name: steps
triggers:
  - manual:
steps:
  - uses: http
    with: { method: GET, url: 'https://example.com', auth: { credential: partner } }
  - uses: close
    with: { method: GET, path: /me/ }
";
    let findings = validate(&app, steps).await;
    let places: Vec<_> = findings["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| (warning["message"].as_str().unwrap(), warning["line"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        places,
        [("there is no credential `close` yet", 7), ("there is no credential `partner` yet", 6)]
    );
}

#[tokio::test]
async fn the_credentials_of_steps_inside_blocks_are_looked_for_with_their_kinds() {
    let app = TestApp::start().await;
    let steps = "\
name: steps
triggers:
  - manual:
steps:
  - parallel:
      crm:
        - try:
            - uses: sql
              with: { credential: warehouse, query: SELECT 1 }
          catch:
            - uses: log
              with: { message: Oh }
      mail:
        - uses: email
          with: { to: a@example.com, subject: Hello, text: Hello }
on_failure:
  - uses: email
    with: { to: a@example.com, subject: Oh, text: Oh, credential: post-office }
";
    let findings = validate(&app, steps).await;
    let helps: Vec<&str> = findings["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["help"].as_str().unwrap())
        .collect();
    assert_eq!(
        helps,
        [
            "store it before the workflow runs: bellhop credentials set post-office --kind smtp",
            "store it before the workflow runs: bellhop credentials set warehouse --kind sql",
        ]
    );
}
