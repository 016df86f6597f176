//! Executions are followed as they go.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bellhop_storage::{Ending, Intake, NewExecution};
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use futures::StreamExt as _;
use http::request::Builder;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{START, TestApp, operator};
use crate::node::{Node, record};
use crate::sources::{GREET, named};

/// Nothing of these stories takes so long.
const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const ALL: &str = "/api/v1/executions/stream";

/// An event stream that is being read.
pub(crate) struct Reader {
    body: BodyDataStream,
    text: String,
    last_id: String,
}

/// What an event says: its name, of a step its path, and the status.
pub(crate) type Said = (String, String, String);

impl Reader {
    /// The next event with data; none where the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                if let Some(id) = field("id:") {
                    id.clone_into(&mut self.last_id);
                }
                if let Some(data) = field("data:") {
                    let name = field("event:").unwrap().to_owned();
                    return Some((name, serde_json::from_str(data).unwrap()));
                }
                if event.starts_with("id:") {
                    return Some((String::new(), Value::Null));
                }
            }
            let piece = tokio::time::timeout(PATIENCE, self.body.next()).await.unwrap();
            self.text.push_str(std::str::from_utf8(&piece?.unwrap()).unwrap());
        }
    }

    async fn said(&mut self) -> Option<Said> {
        loop {
            let (name, data) = self.next().await?;
            if !name.is_empty() {
                return Some(said(&name, &data));
            }
        }
    }

    async fn rest(&mut self) -> Vec<Said> {
        let mut all = Vec::new();
        while let Some(said) = self.said().await {
            all.push(said);
        }
        all
    }

    /// Past the word that says where the stream begins.
    pub(crate) async fn begun(mut self) -> Self {
        assert_eq!(self.next().await.unwrap().0, "");
        self
    }
}

fn said(name: &str, data: &Value) -> Said {
    let word = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
    (name.to_owned(), word("path"), word("status"))
}

fn execution(status: &str) -> Said {
    ("execution".to_owned(), String::new(), status.to_owned())
}

fn step(path: &str, status: &str) -> Said {
    ("step".to_owned(), path.to_owned(), status.to_owned())
}

impl TestApp {
    async fn stream(&self, path: &str, last_id: Option<&str>) -> Reader {
        let mut request = operator(Method::GET, path);
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        self.read(request).await
    }

    /// The stream that is asked for.
    pub(crate) async fn read(&self, request: Builder) -> Reader {
        let response = self.open(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Reader { body: response.into_body().into_data_stream(), text: String::new(), last_id: String::new() }
    }

    pub(crate) async fn begin(&self, workflow: &str) -> ExecutionId {
        let run = self.post(&format!("/api/v1/workflows/{workflow}/run")).await.expect(StatusCode::ACCEPTED);
        run["id"].as_str().unwrap().parse().unwrap()
    }
}

pub(crate) fn of(id: ExecutionId) -> String {
    format!("/api/v1/executions/{id}/stream")
}

fn done(path: &str) -> StepRecord {
    record(path, path, StepStatus::Succeeded)
}

#[tokio::test]
async fn an_execution_is_followed_to_its_end() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let id = app.begin("greet").await;
    let mut reader = app.stream(&of(id), None).await;
    assert_eq!(reader.said().await, Some(execution("queued")));

    let node = Node::of(&app);
    node.claim().await;
    assert_eq!(reader.said().await, Some(execution("running")));
    node.wait_at(id, &[("call", "call")]).await;
    let two = [reader.said().await.unwrap(), reader.said().await.unwrap()];
    assert_eq!(two, [execution("waiting"), step("call", "waiting")]);

    app.post(&format!("/api/v1/executions/{id}/cancel")).await.expect(StatusCode::OK);
    assert_eq!(reader.rest().await, [step("call", "cancelled"), execution("cancelled")]);
}

#[tokio::test]
async fn events_have_the_shapes_of_rest() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let id = app.begin("greet").await;
    let node = Node::of(&app);
    node.claim().await;
    node.finish(id, Ending::Succeeded(Some(json!({ "said": "hello" }))), vec![done("greet")]).await;
    let shown = app.get(&format!("/api/v1/executions/{id}")).await.expect(StatusCode::OK);

    let mut reader = app.stream(&of(id), None).await;
    let (_, step) = reader.next().await.unwrap();
    let mut expected = shown["steps"][0].clone();
    expected["execution"] = json!(id);
    expected["workflow"] = json!("greet");
    assert_eq!(step, expected);
    let listed = app.get("/api/v1/executions").await.expect(StatusCode::OK);
    let (_, execution) = reader.next().await.unwrap();
    assert_eq!(execution, listed["items"][0]);
    assert_eq!(reader.next().await, None);
}

#[tokio::test]
async fn whoever_comes_again_misses_nothing_and_sees_nothing_twice() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let id = app.begin("greet").await;
    let node = Node::of(&app);
    node.claim().await;
    let all = ["one", "two", "three", "four"];
    node.finish(id, Ending::Succeeded(None), all.map(done).into()).await;

    let mut expected: Vec<Said> = all.iter().map(|path| step(path, "succeeded")).collect();
    expected.push(execution("succeeded"));
    // The connection is lost after each single event.
    let (mut seen, mut last_id) = (Vec::new(), None::<String>);
    while seen.len() < expected.len() {
        let mut reader = app.stream(&of(id), last_id.as_deref()).await;
        seen.push(reader.said().await.unwrap());
        last_id = Some(reader.last_id);
    }
    assert_eq!(seen, expected);
    let request = operator(Method::GET, &of(id)).header("last-event-id", last_id.unwrap());
    let over = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(over.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_long_journal_comes_whole_and_in_its_order() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let id = app.begin("greet").await;
    let node = Node::of(&app);
    node.claim().await;
    let paths: Vec<String> = (0..100).map(|number| format!("each/{number}/x")).collect();
    for path in &paths {
        app.store.append_journal(id, node.id, vec![done(path)]).await.unwrap();
    }
    node.succeed(id, None).await;
    let mut expected: Vec<Said> = paths.iter().map(|path| step(path, "succeeded")).collect();
    expected.push(execution("succeeded"));
    assert_eq!(app.stream(&of(id), None).await.rest().await, expected);
}

#[tokio::test]
async fn an_unknown_execution_has_no_stream() {
    let app = TestApp::start().await;
    let unknown = app.get(&of(ExecutionId::generate(START))).await;
    unknown.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    app.get(&format!("{ALL}?status=done"))
        .await
        .problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
}

#[tokio::test]
async fn all_executions_are_followed_or_those_of_a_workflow_or_a_status() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    app.create(&named(GREET, "other")).await.expect(StatusCode::CREATED);
    let before = app.begin("greet").await;
    let mut all = app.stream(ALL, None).await.begun().await;
    let mut of_other = app.stream(&format!("{ALL}?workflow=other"), None).await.begun().await;
    let mut failed = app.stream(&format!("{ALL}?status=failed"), None).await.begun().await;

    let node = Node::of(&app);
    assert_eq!(node.claim().await.id, before);
    assert_eq!(all.said().await, Some(execution("running")));
    node.finish(before, Ending::Succeeded(None), vec![done("greet")]).await;
    let two = [all.said().await.unwrap(), all.said().await.unwrap()];
    assert_eq!(two, [step("greet", "succeeded"), execution("succeeded")]);

    app.begin("other").await;
    assert_eq!(all.said().await, Some(execution("queued")));
    let other = node.claim().await.id;
    assert_eq!(all.said().await, Some(execution("running")));
    node.fail(other).await;
    assert_eq!(all.said().await, Some(execution("failed")));

    let (_, data) = failed.next().await.unwrap();
    assert_eq!((data["id"].as_str(), &data["status"]), (Some(other.to_string().as_str()), &json!("failed")));
    // It was not read meanwhile: what came in between is not told, how it stands is.
    assert_eq!(of_other.said().await, Some(execution("failed")));
}

#[tokio::test]
async fn whoever_follows_all_and_comes_again_learns_what_has_happened_meanwhile() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let node = Node::of(&app);
    let old = app.begin("greet").await;
    node.claim().await;
    let reader = app.stream(ALL, None).await.begun().await;
    let last_id = reader.last_id.clone();
    drop(reader);

    node.finish(old, Ending::Succeeded(None), vec![done("greet")]).await;
    let new = app.begin("greet").await;
    let mut reader = app.stream(ALL, Some(&last_id)).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (name, data) = loop {
            let event = reader.next().await.unwrap();
            if !event.0.is_empty() {
                break event;
            }
        };
        let id = data["execution"].as_str().or(data["id"].as_str()).unwrap().to_owned();
        seen.push((id, said(&name, &data)));
    }
    let (old, new) = (old.to_string(), new.to_string());
    let expected = [
        (old.clone(), step("greet", "succeeded")),
        (old, execution("succeeded")),
        (new, execution("queued")),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_reader_who_falls_far_behind_is_let_go_and_told() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let workflow = app.store.workflow(&WorkflowName::new("greet")).await.unwrap().unwrap();
    let mut reader = app.stream(ALL, None).await.begun().await;
    let new = |number: i64| {
        let id = ExecutionId::generate(Timestamp::from_micros(START.as_micros() + number));
        NewExecution::new(id, workflow.id, workflow.version, "manual", START)
    };
    // One more than are kept for it.
    let all = (0..=16_384).map(|number| {
        app.store.record(Intake { parsed: None, delivery: None, execution: Some(new(number)) })
    });
    for recorded in futures::future::join_all(all).await {
        recorded.unwrap();
    }
    let (name, data) = reader.next().await.unwrap();
    assert_eq!(name, "dropped");
    assert!(data["reason"].is_string());
    assert_eq!(reader.next().await, None);
}

#[tokio::test]
async fn there_are_not_more_streams_than_places() {
    let app = TestApp::start().await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(app.stream(ALL, None).await);
    }
    let one_more = app.get(ALL).await;
    assert_eq!(one_more.header("retry-after"), "30");
    one_more.problem(StatusCode::TOO_MANY_REQUESTS, "/problems/too-many-streams");
    open.pop();
    app.stream(ALL, None).await.begun().await;
}

#[tokio::test]
async fn streams_end_as_the_server_stops() {
    let app = TestApp::start().await;
    let mut reader = app.stream(ALL, None).await.begun().await;
    app.stop.cancel();
    assert_eq!(reader.next().await, None);
}
