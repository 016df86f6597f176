//! Webhooks whose senders wait for what the workflow says.

use axum::body::Body;
use bellhop_storage::Ending;
use bellhop_workflow::journal::StepStatus;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};
use crate::node::{Node, record};
use crate::sources::{ANSWERED, LAST_STEP};

async fn deliver(app: &TestApp, hook: &str, id: &str) -> Answer {
    let request = Request::post(hook).header("webhook-id", id).body(Body::from(r#"{"size": 1}"#)).unwrap();
    app.send(request).await
}

async fn executions(app: &TestApp) -> usize {
    app.get("/api/v1/executions").await.expect(StatusCode::OK)["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_output_is_the_answer() {
    let app = TestApp::start().await;
    let hook = app.active_hook(LAST_STEP).await;
    let node = Node::of(&app);
    let run = async {
        let id = node.claim().await.id;
        node.succeed(id, Some(json!({ "answer": 42 }))).await;
    };

    let (answer, ()) = tokio::join!(deliver(&app, &hook, "one"), run);

    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.expect(StatusCode::OK), json!({ "answer": 42 }));
    assert_eq!(app.last_delivery().await["outcome"], "accepted");
}

#[tokio::test]
async fn without_an_output_it_is_that_of_the_last_step() {
    let app = TestApp::start().await;
    let hook = app.active_hook(LAST_STEP).await;
    let node = Node::of(&app);
    let run = async {
        let id = node.claim().await.id;
        let mut last = record("lead", "lead", StepStatus::Succeeded);
        last.output = Some(json!(["Acme"]));
        let skipped = record("note", "note", StepStatus::Skipped);
        node.finish(id, Ending::Succeeded(None), vec![last, skipped]).await;
    };

    let (answer, ()) = tokio::join!(deliver(&app, &hook, "one"), run);

    assert_eq!(answer.expect(StatusCode::OK), json!(["Acme"]));
}

#[tokio::test]
async fn of_a_failure_the_sender_learns_that_it_was_one_and_which() {
    for source in [LAST_STEP, ANSWERED] {
        let app = TestApp::start().await;
        let hook = app.active_hook(source).await;
        let node = Node::of(&app);
        let run = async {
            let id = node.claim().await.id;
            node.fail(id).await;
            id
        };

        let (answer, id) = tokio::join!(deliver(&app, &hook, "one"), run);

        assert!(!answer.text.contains("secret"), "{}", answer.text);
        let problem = answer.problem(StatusCode::INTERNAL_SERVER_ERROR, "/problems/execution-failed");
        assert_eq!(problem["execution"], id.to_string());
    }
}

#[tokio::test]
async fn one_that_takes_too_long_goes_on_all_the_same() {
    let app = TestApp::impatient().await;
    let hook = app.active_hook(LAST_STEP).await;

    let problem =
        deliver(&app, &hook, "one").await.problem(StatusCode::GATEWAY_TIMEOUT, "/problems/execution-running");

    let claimed = Node::of(&app).claim().await;
    assert_eq!(problem["execution"], claimed.id.to_string());
}

#[tokio::test]
async fn a_respond_step_answers_before_the_end() {
    let app = TestApp::start().await;
    let hook = app.active_hook(ANSWERED).await;
    let node = Node::of(&app);
    let run = async {
        let id = node.claim().await.id;
        let headers = [("content-type", "text/plain"), ("x-greeting", "hello"), ("x-greeting", "again")];
        node.respond(id, 418, &headers, "short and stout").await;
        node.respond(id, 200, &[], "too late").await;
    };

    let (answer, ()) = tokio::join!(deliver(&app, &hook, "one"), run);

    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::IM_A_TEAPOT, "short and stout"));
    assert_eq!(answer.header("content-type"), "text/plain");
    assert_eq!(answer.headers.get_all("x-greeting").iter().count(), 2);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-security-policy").starts_with("sandbox"));
}

#[tokio::test]
async fn an_end_without_a_respond_step_is_an_empty_answer() {
    let app = TestApp::start().await;
    let hook = app.active_hook(ANSWERED).await;
    let node = Node::of(&app);
    let run = async {
        let id = node.claim().await.id;
        node.succeed(id, Some(json!("for the history"))).await;
    };

    let (answer, ()) = tokio::join!(deliver(&app, &hook, "one"), run);

    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NO_CONTENT, ""));
}

#[tokio::test]
async fn a_delivery_that_comes_again_gets_the_first_ones_answer() {
    let app = TestApp::start().await;
    let hook = app.active_hook(ANSWERED).await;
    let node = Node::of(&app);
    let run = async {
        let id = node.claim().await.id;
        node.respond(id, 201, &[], "made").await;
        node.succeed(id, None).await;
    };

    // While it waits, and after the end.
    let (first, twin, ()) = tokio::join!(deliver(&app, &hook, "one"), deliver(&app, &hook, "one"), run);
    let late = deliver(&app, &hook, "one").await;

    for answer in [first, twin, late] {
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::CREATED, "made"));
    }
    assert_eq!(executions(&app).await, 1);
    assert_eq!(app.last_delivery().await["outcome"], "duplicate");
}

#[tokio::test]
async fn a_sender_that_goes_away_loses_the_answer_only() {
    let app = TestApp::start().await;
    let hook = app.active_hook(LAST_STEP).await;
    let node = Node::of(&app);

    let claimed = tokio::select! {
        answer = deliver(&app, &hook, "one") => panic!("answered: {}", answer.text),
        claimed = node.claim() => claimed,
    };

    node.succeed(claimed.id, None).await;
    let shown = app.get(&format!("/api/v1/executions/{}", claimed.id)).await.expect(StatusCode::OK);
    assert_eq!((&shown["status"], &shown["output"]), (&json!("succeeded"), &Value::Null));
}

#[tokio::test]
async fn what_starts_nothing_is_answered_at_once() {
    let app = TestApp::start().await;
    let hook = app.active_hook(LAST_STEP).await;
    let request = Request::post(&hook).body(Body::from(r#"{"size": 100}"#)).unwrap();

    let receipt = app.send(request).await.expect(StatusCode::OK);

    assert_eq!(receipt["outcome"], "filtered");
}
