//! Workflows that count their executions, check what they are given, and hide some of it.

use axum::body::Body;
use bellhop_storage::{ClaimedExecution, Ending};
use bellhop_vault::Sealed;
use bellhop_workflow::conceal::Concealed;
use bellhop_workflow::journal::StepStatus;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::node::{Node, record};
use crate::sources::CAREFUL;

const RUN: &str = "/api/v1/workflows/careful/run";

/// What the engine puts back.
fn opened(app: &TestApp, claimed: &ClaimedExecution) -> Concealed {
    let sealed = Sealed::from_bytes(claimed.sealed.clone().unwrap());
    let opened = app.key.open(&format!("execution:{}", claimed.id), &sealed).unwrap();
    serde_json::from_slice(&opened).unwrap()
}

async fn deliver(app: &TestApp, hook: &str, body: &Value) {
    let request = Request::post(hook).body(Body::from(body.to_string())).unwrap();
    app.send(request).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn what_is_masked_of_a_delivery_is_sealed_and_shown_nowhere() {
    let app = TestApp::start().await;
    let hook = app.active_hook(CAREFUL).await;
    let sent = json!({ "user": "ann", "password": "hunter2" });
    deliver(&app, &hook, &sent).await;

    let delivery = app.last_delivery().await;
    let shown = app.get(&format!("/api/v1/deliveries/{}", delivery["id"].as_str().unwrap())).await;
    assert!(!shown.text.contains("hunter2") && shown.text.contains("[masked]"), "{}", shown.text);
    let execution = delivery["execution_ids"][0].as_str().unwrap();
    let shown = app.get(&format!("/api/v1/executions/{execution}")).await;
    assert!(!shown.text.contains("hunter2"), "{}", shown.text);
    assert_eq!(
        shown.expect(StatusCode::OK)["event"]["data"],
        json!({ "user": "ann", "password": "[masked]" })
    );

    let claimed = Node::of(&app).claim().await;
    let mut event = claimed.event.clone().unwrap();
    opened(&app, &claimed).reveal_event(&mut event.head, &mut event.raw);
    assert_eq!((event.data(), &event.raw), (&sent, &sent));
    let file = app.database_bytes();
    assert!(file.windows(8).any(|bytes| bytes == b"[masked]"), "the database is looked into");
    assert!(!file.windows(7).any(|bytes| bytes == b"hunter2"), "the database has it in the clear");
}

#[tokio::test]
async fn what_is_masked_of_inputs_is_sealed_too() {
    let app = TestApp::start().await;
    app.create(CAREFUL).await.expect(StatusCode::CREATED);

    let inputs = json!({ "user": "ann", "password": "hunter2" });
    let answer = app.post_json(RUN, json!({ "inputs": inputs })).await.expect(StatusCode::ACCEPTED);

    assert_eq!(answer["inputs"], json!({ "user": "ann", "password": "[masked]", "times": 3 }));
    let claimed = Node::of(&app).claim().await;
    let mut revealed = claimed.inputs.clone().unwrap();
    opened(&app, &claimed).reveal_inputs(&mut revealed);
    assert_eq!(revealed, json!({ "user": "ann", "password": "hunter2", "times": 3 }));
}

#[tokio::test]
async fn wrong_inputs_start_nothing_and_each_is_named() {
    let app = TestApp::start().await;
    app.create(CAREFUL).await.expect(StatusCode::CREATED);

    let inputs = json!({ "user": 5, "times": 1.5, "surplus": true });
    let problem = app.post_json(RUN, json!({ "inputs": inputs })).await;

    let problem = problem.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-inputs");
    let named: Vec<&str> =
        problem["inputs"].as_array().unwrap().iter().map(|input| input["path"].as_str().unwrap()).collect();
    assert_eq!(named, ["user", "password", "times", "surplus"]);
    assert!(problem["detail"].as_str().unwrap().contains("`password` is missing"), "{problem}");
    let nothing = app.post(RUN).await;
    nothing.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-inputs");
    assert_eq!(app.get("/api/v1/executions").await.expect(StatusCode::OK)["items"], json!([]));
}

#[tokio::test]
async fn executions_of_one_key_run_one_after_another_whatever_starts_them() {
    let app = TestApp::start().await;
    let hook = app.active_hook(CAREFUL).await;
    deliver(&app, &hook, &json!({ "user": "ann" })).await;
    let inputs = json!({ "user": "ann", "password": "hunter2" });
    app.post_json(RUN, json!({ "inputs": inputs })).await.expect(StatusCode::ACCEPTED);
    deliver(&app, &hook, &json!({ "user": "bob" })).await;
    let node = Node::of(&app);

    let first = node.claim_now().await.unwrap();
    assert_eq!(first.trigger_kind, "webhook");
    assert_eq!(node.claim_now().await.unwrap().event.unwrap().data()["user"], "bob");
    assert!(node.claim_now().await.is_none(), "the second one of ann's has to wait");
    node.succeed(first.id, None).await;
    assert_eq!(node.claim_now().await.unwrap().trigger_kind, "manual");
}

#[tokio::test]
async fn what_the_engine_seals_of_a_step_is_not_shown() {
    let app = TestApp::start().await;
    app.create(CAREFUL).await.expect(StatusCode::CREATED);
    let inputs = json!({ "user": "ann", "password": "hunter2" });
    app.post_json(RUN, json!({ "inputs": inputs })).await.expect(StatusCode::ACCEPTED);
    let node = Node::of(&app);
    let id = node.claim().await.id;
    let mut step = record("lead", "lead", StepStatus::Succeeded);
    step.output = Some(json!({ "phone": "[masked]" }));
    step.sealed = Some("c2VhbGVkIGJ5IHRoZSBlbmdpbmU=".to_owned());
    node.finish(id, Ending::Succeeded(None), vec![step]).await;

    let stored = app.store.execution(id).await.unwrap().unwrap();
    assert!(stored.steps[0].sealed.is_some(), "it is there");
    for address in [format!("/api/v1/executions/{id}"), "/api/v1/executions".to_owned()] {
        let shown = app.get(&address).await;
        assert!(!shown.text.contains("sealed") && !shown.text.contains("c2VhbGVk"), "{}", shown.text);
    }
}

#[tokio::test]
async fn an_event_whose_key_has_no_value_is_counted_by_the_empty_one() {
    let app = TestApp::start().await;
    let hook = app.active_hook(CAREFUL).await;
    for name in ["one", "two"] {
        deliver(&app, &hook, &json!({ "name": name })).await;
    }
    let node = Node::of(&app);

    let first = node.claim_now().await.unwrap();

    assert_eq!(first.event.unwrap().data()["name"], "one");
    assert!(node.claim_now().await.is_none(), "the second has to wait");
    node.succeed(first.id, None).await;
    assert_eq!(node.claim_now().await.unwrap().event.unwrap().data()["name"], "two");
}
