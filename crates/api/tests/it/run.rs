//! Starting a workflow by hand.

use std::time::Duration;

use bellhop_storage::{Ending, FinishedExecution, NodeId};
use http::StatusCode;
use rstest::rstest;
use serde_json::json;

use crate::app::{START, TestApp};
use crate::sources::{GREET, INBOX, WON};

const RUN: &str = "/api/v1/workflows/greet/run";

#[tokio::test]
async fn a_run_is_queued_and_can_be_looked_up() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let answer = app.post(RUN).await;
    let location = answer.header("location").to_owned();
    let execution = answer.expect(StatusCode::ACCEPTED);
    assert_eq!((&execution["status"], &execution["trigger"]), (&json!("queued"), &json!("manual")));
    assert_eq!((&execution["workflow"], &execution["version"]), (&json!("greet"), &json!(1)));
    assert_eq!(execution["event"]["source"], "manual");
    assert_eq!(app.get(&location).await.expect(StatusCode::OK), execution);
}

#[tokio::test]
async fn inputs_are_handed_on() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let inputs = json!({ "name": "Ada", "times": 3 });
    let execution = app.post_json(RUN, json!({ "inputs": inputs })).await.expect(StatusCode::ACCEPTED);
    assert_eq!(execution["inputs"], inputs);
}

#[tokio::test]
async fn a_partial_event_is_completed_from_the_trigger() {
    let app = TestApp::start().await;
    app.create(WON).await.expect(StatusCode::CREATED);
    let given = json!({ "data": { "value": 5 }, "lead_id": "lead_1", "previous": { "value": 4 } });
    let answer = app.post_json("/api/v1/workflows/won-deals/run", json!({ "event": given })).await;
    let event = answer.expect(StatusCode::ACCEPTED)["event"].clone();
    assert_eq!(event["type"], "activity.opportunity_status_change.created");
    assert_eq!(event["object_type"], "activity.opportunity_status_change");
    assert_eq!(event["action"], "created");
    assert_eq!(event["data"], json!({ "value": 5 }));
    assert_eq!(event["changed"], json!(["value"]));
    assert_eq!(event["lead_id"], "lead_1");
    assert_eq!(event["source"], "manual");
    assert_eq!(event["time"], "2026-03-02T09:00:14.000000Z");
    assert_eq!(event["raw"], given);
}

#[tokio::test]
async fn an_event_from_the_history_can_be_given_again() {
    let app = TestApp::start().await;
    app.create(INBOX).await.expect(StatusCode::CREATED);
    let given = json!({
        "id": "ev_1", "type": "lead.updated", "object_type": "lead", "action": "updated",
        "time": "2026-01-02T03:04:05.000000Z", "data": { "a": 1 }, "previous": null, "changed": [],
        "source": "close", "lead_id": "lead_1", "raw": { "event": { "data": { "a": 1 } } },
    });
    let answer = app.post_json("/api/v1/workflows/inbox/run", json!({ "event": given })).await;
    assert_eq!(answer.expect(StatusCode::ACCEPTED)["event"], given);
}

#[rstest]
#[case(json!({ "event": { "time": "yesterday" } }), "`event.time`")]
#[case(json!({ "event": { "type": 5 } }), "`event.type`")]
#[case(json!({ "event": { "changed": [1] } }), "`event.changed`")]
#[tokio::test]
async fn an_event_with_a_wrong_field_is_refused(#[case] body: serde_json::Value, #[case] field: &str) {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let answer = app.post_json(RUN, body).await;
    let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-body");
    assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
    assert_eq!(app.get("/api/v1/executions").await.expect(StatusCode::OK)["items"], json!([]));
}

#[rstest]
#[case("61s")]
#[case("10")]
#[case("forever")]
#[tokio::test]
async fn a_wait_has_to_be_a_duration_within_bounds(#[case] wait: &str) {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let problem = app.post(&format!("{RUN}?wait={wait}")).await;
    let problem = problem.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
    assert!(problem["detail"].as_str().unwrap().contains("60s"), "{problem}");
}

#[tokio::test]
async fn a_wait_that_is_too_short_gives_the_execution_as_it_stands() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let execution = app.post(&format!("{RUN}?wait=1ms")).await.expect(StatusCode::ACCEPTED);
    assert_eq!(execution["status"], "queued");
}

#[tokio::test]
async fn whoever_waits_gets_the_finished_execution() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let node = NodeId::generate(START);
    let mut work = app.store.work_available();
    let executor = async {
        work.wait().await;
        let claimed = app.store.claim(node, 1, START, Duration::from_mins(1)).await.unwrap();
        let finished = FinishedExecution {
            id: claimed[0].id,
            records: Vec::new(),
            ending: Ending::Succeeded(Some(json!({ "answer": 42 }))),
            finished_at: START,
        };
        app.store.finish(node, finished).await.unwrap();
    };
    let wait = format!("{RUN}?wait=60s");
    let (answer, ()) = tokio::join!(app.post(&wait), executor);
    let execution = answer.expect(StatusCode::OK);
    assert_eq!((&execution["status"], &execution["output"]), (&json!("succeeded"), &json!({ "answer": 42 })));
}
