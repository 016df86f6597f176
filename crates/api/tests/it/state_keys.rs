//! Durable keys, as an operator sees them.

use bellhop_storage::{StateChange, StateOp, StateWrite, ToRecord};
use bellhop_workflow::journal::StepStatus;
use http::StatusCode;
use serde_json::json;

use crate::app::{START, TestApp};
use crate::node::{Node, record};
use crate::sources::GREET;

#[tokio::test]
async fn keys_are_listed_by_name_in_pages() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    app.post("/api/v1/workflows/greet/run").await.expect(StatusCode::ACCEPTED);
    let node = Node::of(&app);
    let claimed = node.claim().await;
    for (key, value) in [("seen", json!({ "ann": true })), ("count", json!(7))] {
        let write = StateWrite {
            execution: claimed.id,
            workflow: claimed.workflow_id,
            path: key.to_owned(),
            change: StateChange { key: key.to_owned(), op: StateOp::Set(value) },
            record: ToRecord::with_output(record(key, key, StepStatus::Succeeded)),
            before: Vec::new(),
            at: START,
            again: false,
        };
        app.store.apply_state(node.id, write).await.unwrap().unwrap();
    }

    let first = app.get("/api/v1/state/greet?limit=1").await.expect(StatusCode::OK);
    let time = "2026-03-02T09:00:14.000000Z";
    assert_eq!(first["items"], json!([{ "key": "count", "value": 7, "updated_at": time }]));
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/api/v1/state/greet?limit=1&cursor={cursor}")).await.expect(StatusCode::OK);
    assert_eq!(rest["items"], json!([{ "key": "seen", "value": { "ann": true }, "updated_at": time }]));
    assert_eq!(rest["next_cursor"], json!(null));
    app.get("/api/v1/state/unknown").await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}
