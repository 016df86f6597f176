//! Executions are followed on a whole server, over a real connection.

use std::time::Duration;

use bellhop_storage::{CancelledBy, Store};
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{PATIENCE, TestServer};
use bellhop_workflow::ids::ExecutionId;
use reqwest::Method;
use rstest::rstest;
use serde_json::Value;

const WAITS: &str = "
name: waits
triggers:
  - manual:
steps:
  - { id: made, uses: set, with: { made: here } }
  - { id: approval, uses: wait_for }
";

/// An event stream as it comes.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(server: &TestServer, path: &str) -> Self {
        let response = server.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, text: String::new() }
    }

    /// The next event that has data; none at the end of the stream.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                if let Some(data) = field("data:") {
                    return Some((field("event:").unwrap().to_owned(), serde_json::from_str(data).unwrap()));
                }
            }
            let piece = tokio::time::timeout(PATIENCE, self.response.chunk()).await.unwrap();
            self.text.push_str(std::str::from_utf8(&piece.unwrap()?).unwrap());
        }
    }

    async fn until(&mut self, name: &str, key: &str, value: &str) -> Value {
        loop {
            let (found, data) = self.next().await.unwrap();
            if found == name && data[key] == value {
                return data;
            }
        }
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_execution_is_followed_while_it_runs_and_waits_and_goes_on(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create(WAITS).await;
    let mut all = Stream::open(&server, "/executions/stream?workflow=waits").await;
    let id = server.post("/workflows/waits/run").await.body["id"].as_str().unwrap().to_owned();
    let mut one = Stream::open(&server, &format!("/executions/{id}/stream")).await;
    for stream in [&mut all, &mut one] {
        let step = stream.until("step", "status", "waiting").await;
        assert_eq!((&step["path"], &step["execution"]), (&"approval".into(), &id.as_str().into()));
    }
    assert_eq!(server.post(&format!("/executions/{id}/steps/approval/resume")).await.status, 200);
    for stream in [&mut all, &mut one] {
        let step = stream.until("step", "path", "approval").await;
        assert_eq!(step["status"], "succeeded");
        assert_eq!(stream.until("execution", "status", "succeeded").await["id"], id.as_str());
    }
    assert_eq!(one.next().await, None);
}

#[tokio::test]
async fn what_another_node_does_is_seen() {
    let server = TestServer::start(Db::Postgres).await;
    server.create(WAITS).await;
    let mut all = Stream::open(&server, "/executions/stream").await;
    let id = server.post("/workflows/waits/run").await.body["id"].as_str().unwrap().to_owned();
    let mut one = Stream::open(&server, &format!("/executions/{id}/stream")).await;
    for stream in [&mut all, &mut one] {
        stream.until("execution", "status", "waiting").await;
    }
    let another = Store::connect(&server.database_url()).await.unwrap();
    let execution: ExecutionId = id.parse().unwrap();
    another.cancel(execution, CancelledBy::Operator, server.now()).await.unwrap();
    for stream in [&mut all, &mut one] {
        assert_eq!(stream.until("execution", "status", "cancelled").await["id"], id.as_str());
    }
    another.close().await;
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_those_who_follow() {
    let mut server = TestServer::start(Db::Sqlite).await;
    let mut all = Stream::open(&server, "/executions/stream").await;
    // Half of what requests that are under way are given.
    let grace = Duration::from_secs(5);
    tokio::time::timeout(grace, server.stop()).await.unwrap();
    assert_eq!(all.next().await, None);
}
