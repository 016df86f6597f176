//! Cancelling and repeating executions, and replaying deliveries.

use axum::body::Body;
use bellhop_storage::{Ending, Intake, NewExecution};
use bellhop_workflow::event::EventHead;
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, START, TestApp};
use crate::node::Node;
use crate::sources::{INBOX, LAST_STEP};

/// Three steps in a row, and one that repeats.
const CHAIN: &str = "\
name: chain
triggers:
  - manual: {}
steps:
  - { id: first, uses: set, with: { a: 1 } }
  - { id: second, uses: http, with: { url: 'https://example.com' } }
  - { id: third, uses: set, with: { b: 2 } }
";

/// A part of what comes in is nobody's business.
const MASKED: &str = "\
name: masked
mask: [event.data.password]
concurrency: { limit: 1, key: '${{ event.data.user }}' }
triggers:
  - webhook: {}
    where: event.data.password != 'wrong'
steps:
  - { id: first, uses: set, with: { a: 1 } }
";

fn record(path: &str, uses: &str, status: StepStatus) -> StepRecord {
    let mut record: StepRecord = serde_json::from_value(json!({
        "id": path, "path": path, "uses": uses, "status": status, "attempts": 1,
    }))
    .unwrap();
    if status == StepStatus::Failed {
        let message = "the server answered 404".to_owned();
        record.error = Some(StepError { kind: "http_status".to_owned(), message, status: Some(404) });
    }
    record
}

fn failed(step: &str) -> Ending {
    let message = "the server answered 404".to_owned();
    Ending::Failed(ExecutionError { step: Some(step.to_owned()), kind: "http_status".to_owned(), message })
}

impl TestApp {
    async fn run_by_hand(&self, workflow: &str) -> ExecutionId {
        let run = self.post(&format!("/api/v1/workflows/{workflow}/run")).await.expect(StatusCode::ACCEPTED);
        run["id"].as_str().unwrap().parse().unwrap()
    }

    async fn shown(&self, id: ExecutionId) -> Value {
        self.get(&format!("/api/v1/executions/{id}")).await.expect(StatusCode::OK)
    }

    async fn cancel(&self, id: ExecutionId) -> Answer {
        self.post(&format!("/api/v1/executions/{id}/cancel")).await
    }

    async fn retry(&self, id: ExecutionId, body: Value) -> Answer {
        self.post_json(&format!("/api/v1/executions/{id}/retry"), body).await
    }

    async fn replay(&self, delivery: &Value) -> Answer {
        self.post(&format!("/api/v1/deliveries/{}/replay", delivery["id"].as_str().unwrap())).await
    }

    async fn deliver(&self, hook: &str, id: &str, body: &'static str) -> Value {
        let request = Request::post(hook).header("webhook-id", id).body(Body::from(body)).unwrap();
        self.send(request).await.expect(StatusCode::OK);
        self.last_delivery().await
    }

    /// An execution of [`CHAIN`] whose second step has failed.
    async fn broken_chain(&self) -> ExecutionId {
        self.create(CHAIN).await.expect(StatusCode::CREATED);
        let id = self.run_by_hand("chain").await;
        let node = Node::of(self);
        node.claim().await;
        let steps =
            vec![record("first", "set", StepStatus::Succeeded), record("second", "http", StepStatus::Failed)];
        node.finish(id, failed("second"), steps).await;
        id
    }
}

#[tokio::test]
async fn one_that_waits_for_its_turn_is_cancelled_at_once_and_only_once() {
    let app = TestApp::start().await;
    app.create(CHAIN).await.expect(StatusCode::CREATED);
    let id = app.run_by_hand("chain").await;

    let cancelled = app.cancel(id).await.expect(StatusCode::OK);

    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["error"]["kind"], "cancelled");
    assert!(cancelled["finished_at"].is_string());
    assert_eq!(app.cancel(id).await.expect(StatusCode::OK), cancelled, "again");
    assert_eq!(Node::of(&app).claim_now().await, None);
}

#[tokio::test]
async fn one_that_runs_is_asked_to_stop() {
    let app = TestApp::start().await;
    app.create(CHAIN).await.expect(StatusCode::CREATED);
    let id = app.run_by_hand("chain").await;
    let node = Node::of(&app);
    node.claim().await;

    assert_eq!(app.cancel(id).await.expect(StatusCode::ACCEPTED)["status"], "running");

    let error = ExecutionError { step: None, kind: "cancelled".to_owned(), message: "so be it".to_owned() };
    let stop = node.finish(id, Ending::Cancelled(error), Vec::new());
    let path = format!("/api/v1/executions/{id}/cancel?wait=10s");
    let (answer, ()) = tokio::join!(app.post(&path), stop);
    assert_eq!(answer.expect(StatusCode::OK)["status"], "cancelled");
}

#[tokio::test]
async fn what_has_ended_otherwise_or_never_was_cannot_be_cancelled() {
    let app = TestApp::start().await;
    app.create(CHAIN).await.expect(StatusCode::CREATED);
    let id = app.run_by_hand("chain").await;
    let node = Node::of(&app);
    node.claim().await;
    node.succeed(id, None).await;

    let problem = app.cancel(id).await.problem(StatusCode::CONFLICT, "/problems/execution-ended");
    assert!(problem["detail"].as_str().unwrap().contains("succeeded"), "{problem}");
    let unknown = app.cancel(ExecutionId::generate(START)).await;
    unknown.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[tokio::test]
async fn a_sender_that_waits_gets_an_answer_where_its_execution_is_cancelled() {
    let app = TestApp::start().await;
    let hook = app.active_hook(LAST_STEP).await;
    let request = Request::post(&hook).body(Body::from(r#"{"size": 1}"#)).unwrap();
    let cancel = async {
        let mut work = app.store.work_available();
        loop {
            let list = app.get("/api/v1/executions").await.expect(StatusCode::OK);
            if let Some(id) = list["items"][0]["id"].as_str() {
                return app.cancel(id.parse().unwrap()).await.expect(StatusCode::OK);
            }
            work.wait().await;
        }
    };

    let (answer, cancelled) = tokio::join!(app.send(request), cancel);

    let problem = answer.problem(StatusCode::INTERNAL_SERVER_ERROR, "/problems/execution-failed");
    assert_eq!(problem["execution"], cancelled["id"]);
}

#[tokio::test]
async fn a_retry_is_a_new_execution_with_what_was_done_before_the_failure() {
    let app = TestApp::start().await;
    let old = app.broken_chain().await;

    let first = app.retry(old, json!({})).await.expect(StatusCode::ACCEPTED);
    let second = app.post(&format!("/api/v1/executions/{old}/retry")).await.expect(StatusCode::ACCEPTED);

    assert_ne!(first["id"], second["id"], "each is one of its own");
    for retry in [&first, &second] {
        assert_eq!((&retry["retry_of"], &retry["attempt"]), (&json!(old), &json!(2)));
        assert_eq!((&retry["status"], &retry["version"]), (&json!("queued"), &json!(1)));
        assert_eq!(retry["steps"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&retry["steps"][0]["path"], &retry["steps"][0]["status"]),
            (&json!("first"), &json!("succeeded"))
        );
    }
    let shown = app.shown(old).await;
    assert_eq!(shown["retries"], json!([first["id"], second["id"]]));
    assert_eq!(first["event"], shown["event"]);
    let list = app.get(&format!("/api/v1/executions?retry_of={old}")).await.expect(StatusCode::OK);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let claimed = Node::of(&app).claim().await;
    assert_eq!((claimed.retry_of, claimed.steps.len()), (Some(old), 1));
}

#[tokio::test]
async fn it_begins_at_the_start_or_with_any_step_that_was_reached() {
    let app = TestApp::start().await;
    let old = app.broken_chain().await;

    for (from, steps) in [("start", 0), ("first", 0), ("second", 1)] {
        let retry = app.retry(old, json!({ "from": from })).await.expect(StatusCode::ACCEPTED);
        assert_eq!(retry["steps"].as_array().unwrap().len(), steps, "{from}");
    }
    for from in ["third", "nowhere"] {
        let refused = app.retry(old, json!({ "from": from })).await;
        let problem = refused.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/cannot-begin-there");
        let detail = problem["detail"].as_str().unwrap();
        assert!(["`first`", "`second`", from].iter().all(|name| detail.contains(name)), "{detail}");
    }
    let refused = app.retry(old, json!({ "version": "next" })).await;
    refused.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-body");
}

#[tokio::test]
async fn what_has_not_ended_or_not_failed_is_not_retried() {
    let app = TestApp::start().await;
    app.create(CHAIN).await.expect(StatusCode::CREATED);
    let id = app.run_by_hand("chain").await;

    let refused = app.retry(id, json!({})).await;
    let problem = refused.problem(StatusCode::CONFLICT, "/problems/execution-unfinished");
    assert!(problem["detail"].as_str().unwrap().contains("cancel it first"), "{problem}");

    let node = Node::of(&app);
    node.claim().await;
    let steps = ["first", "second", "third"]
        .map(|step| record(step, if step == "second" { "http" } else { "set" }, StepStatus::Succeeded));
    node.finish(id, Ending::Succeeded(None), steps.to_vec()).await;
    app.retry(id, json!({})).await.problem(StatusCode::CONFLICT, "/problems/nothing-failed");
    let retry = app.retry(id, json!({ "from": "third" })).await.expect(StatusCode::ACCEPTED);
    assert_eq!(retry["steps"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_latest_version_takes_over_only_steps_that_it_has_too() {
    let app = TestApp::start().await;
    let old = app.broken_chain().await;
    let update = async |yaml: String| {
        let path = "/api/v1/workflows/chain";
        app.with_body(Method::PUT, path, "application/yaml", yaml).await.expect(StatusCode::OK);
    };
    update(CHAIN.replace("example.com", "example.org")).await;

    let retry = app.retry(old, json!({ "version": "latest" })).await.expect(StatusCode::ACCEPTED);
    assert_eq!((&retry["version"], retry["steps"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(app.retry(old, json!({})).await.expect(StatusCode::ACCEPTED)["version"], 1);

    for change in [
        ("id: first", "id: other"),
        ("id: first", "id: zeroth, uses: set, with: { z: 0 } }\n  - { id: first"),
    ] {
        update(CHAIN.replace(change.0, change.1)).await;
        let refused = app.retry(old, json!({ "version": "latest" })).await;
        let problem = refused.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/cannot-begin-there");
        assert!(problem["detail"].as_str().unwrap().contains("not the same"), "{problem}");
        let start = app.retry(old, json!({ "version": "latest", "from": "start" })).await;
        start.expect(StatusCode::ACCEPTED);
    }
    update(CHAIN.replace("name: chain", "name: chain\nmask: [steps.first.output]")).await;
    let refused = app.retry(old, json!({ "version": "latest" })).await;
    let problem = refused.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/cannot-begin-there");
    assert!(problem["detail"].as_str().unwrap().contains("masks"), "{problem}");
}

#[tokio::test]
async fn an_accepted_delivery_is_run_again_by_todays_version() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let delivery = app.deliver(&hook, "msg_1", r#"{"size": 11}"#).await;
    let yaml = INBOX.replace("size > 10", "size > 9");
    app.with_body(Method::PUT, "/api/v1/workflows/inbox", "application/yaml", yaml)
        .await
        .expect(StatusCode::OK);

    let replayed = app.replay(&delivery).await.expect(StatusCode::ACCEPTED);

    assert_eq!((&replayed["outcome"], &replayed["replay_of"]), (&json!("accepted"), &delivery["id"]));
    let id: ExecutionId = replayed["execution_id"].as_str().unwrap().parse().unwrap();
    let execution = app.shown(id).await;
    assert_eq!((&execution["replay_of"], &execution["version"]), (&delivery["id"], &json!(2)));
    assert_eq!(execution["event"]["data"], json!({ "size": 11 }));
    assert_eq!(execution["event"]["id"], "msg_1");
    let list = app.get(&format!("/api/v1/executions?replay_of={}", delivery["id"].as_str().unwrap())).await;
    assert_eq!(list.expect(StatusCode::OK)["items"][0]["id"], replayed["execution_id"]);
    // As often as somebody wants, also while the workflow is off.
    app.post("/api/v1/workflows/inbox/deactivate").await.expect(StatusCode::OK);
    assert_ne!(app.replay(&delivery).await.expect(StatusCode::ACCEPTED), replayed);
}

#[tokio::test]
async fn what_a_filter_let_start_nothing_does_once_the_filter_is_mended() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    let delivery = app.deliver(&hook, "msg_1", r#"{"size": 10}"#).await;
    assert_eq!(delivery["outcome"], "filtered");

    let replayed = app.replay(&delivery).await.expect(StatusCode::OK);
    assert_eq!((&replayed["outcome"], &replayed["execution_id"]), (&json!("filtered"), &Value::Null));
    assert!(replayed["reason"].as_str().unwrap().contains("size > 10"), "{replayed}");

    let yaml = INBOX.replace("size > 10", "size > 9");
    app.with_body(Method::PUT, "/api/v1/workflows/inbox", "application/yaml", yaml)
        .await
        .expect(StatusCode::OK);
    assert_eq!(app.replay(&delivery).await.expect(StatusCode::ACCEPTED)["outcome"], "accepted");
}

#[tokio::test]
async fn what_was_refused_or_not_kept_is_not_replayed() {
    let app = TestApp::start().await;
    let hook = app.active_hook(INBOX).await;
    app.deliver(&hook, "msg_1", r#"{"size": 11}"#).await;
    let twin = app.deliver(&hook, "msg_1", r#"{"size": 11}"#).await;
    let problem = app.replay(&twin).await.problem(StatusCode::GONE, "/problems/payload-gone");
    assert!(problem["detail"].as_str().unwrap().contains("duplicate"), "{problem}");

    app.send(
        Request::post(&hook).header("content-type", "application/json").body(Body::from("no json")).unwrap(),
    )
    .await;
    let refused = app.last_delivery().await;
    assert_eq!(refused["outcome"], "rejected");
    let problem = app.replay(&refused).await.problem(StatusCode::CONFLICT, "/problems/delivery-rejected");
    assert!(problem["detail"].as_str().unwrap().contains(refused["reason"].as_str().unwrap()), "{problem}");

    let masked = app.active_hook(MASKED).await;
    let filtered = app.deliver(&masked, "msg_2", r#"{"user": "ann", "password": "wrong"}"#).await;
    assert_eq!(filtered["outcome"], "filtered");
    assert!(!app.database_bytes().windows(9).any(|bytes| bytes == br#"d":"wrong"#));
    app.replay(&filtered).await.problem(StatusCode::GONE, "/problems/payload-gone");

    app.deliver(&hook, "msg_3", r#"{"size": 12}"#).await;
    let accepted = app.last_delivery().await;
    let yaml = INBOX.replace("webhook: {}\n    where: event.data.size > 10", "manual: {}");
    app.with_body(Method::PUT, "/api/v1/workflows/inbox", "application/yaml", yaml)
        .await
        .expect(StatusCode::OK);
    app.replay(&accepted).await.problem(StatusCode::CONFLICT, "/problems/trigger-gone");
    app.call(Method::DELETE, "/api/v1/workflows/inbox").await;
    app.replay(&accepted).await.problem(StatusCode::GONE, "/problems/workflow-gone");
}

#[tokio::test]
async fn what_is_masked_is_sealed_anew_for_each() {
    let app = TestApp::start().await;
    let hook = app.active_hook(MASKED).await;
    let delivery = app.deliver(&hook, "msg_1", r#"{"user": "ann", "password": "hunter2"}"#).await;
    let node = Node::of(&app);
    let first = node.claim().await;
    node.fail(first.id).await;

    let retry = app.retry(first.id, json!({ "from": "start" })).await.expect(StatusCode::ACCEPTED);
    let replay = app.replay(&delivery).await.expect(StatusCode::ACCEPTED);

    assert_eq!(retry["event"]["data"], json!({ "user": "ann", "password": "[masked]" }));
    let second = node.claim().await;
    assert_eq!(retry["id"], second.id.to_string());
    // One at a time: the replay takes its turn, by the same key.
    assert_eq!(node.claim_now().await, None);
    node.succeed(second.id, None).await;
    let third = node.claim().await;
    assert_eq!(replay["execution_id"], third.id.to_string());
    for claimed in [first, second, third] {
        let sealed = bellhop_vault::Sealed::from_bytes(claimed.sealed.unwrap());
        let opened = app.key.open(&format!("execution:{}", claimed.id), &sealed).unwrap();
        assert!(str::from_utf8(&opened).unwrap().contains("hunter2"));
    }
    assert!(!app.database_bytes().windows(7).any(|bytes| bytes == b"hunter2"));
}

#[tokio::test]
async fn what_the_history_has_not_kept_is_not_run_again() {
    let app = TestApp::start().await;
    app.create(CHAIN).await.expect(StatusCode::CREATED);
    let row = app.store.workflow(&WorkflowName::new("chain")).await.unwrap().unwrap();
    let head: EventHead = serde_json::from_value(json!({
        "id": "ev_1", "type": "lead.created", "object_type": "lead", "action": "created", "source": "close",
        "time": START, "data": { "at": "/data" }, "previous": { "inline": null },
    }))
    .unwrap();
    let new = NewExecution {
        event: Some(head),
        // Its body was there, and is not any more.
        ..NewExecution::new(ExecutionId::generate(START), row.id, row.version, "close", START)
    };
    let id = new.id;
    app.store.record(Intake { parsed: None, delivery: None, execution: Some(new) }).await.unwrap();
    app.cancel(id).await.expect(StatusCode::OK);

    let refused = app.retry(id, json!({})).await;
    let problem = refused.problem(StatusCode::GONE, "/problems/payload-gone");
    assert!(problem["detail"].as_str().unwrap().contains("retention"), "{problem}");

    app.call(Method::DELETE, "/api/v1/workflows/chain").await;
    app.retry(id, json!({})).await.problem(StatusCode::GONE, "/problems/workflow-gone");
}
