//! What is counted of a story.

use std::collections::{BTreeMap, BTreeSet};

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{PATIENCE, TestServer};
use reqwest::Method;
use rstest::rstest;
use serde_json::json;

/// One event starts it, and it ends well although a step of it fails; another event is filtered.
const COUNTED: &str = "
name: counted
triggers:
  - close: { events: [lead.created] }
    where: event.data.name != 'unwanted'
steps:
  - id: who
    uses: close
    with: { method: GET, path: /me/ }
  - id: never
    if: false
    uses: log
    with: { message: never }
  - id: both
    parallel:
      one:
        - uses: set
          with: { a: 1 }
      two:
        - uses: set
          with: { b: 2 }
  - id: risky
    try:
      - uses: fail
        with: { message: on purpose }
    catch:
      - uses: log
        with: { message: caught }
  - uses: return
    with: { done: true }
";

/// What `/metrics` has shown.
pub(crate) struct Scrape(String);

impl Scrape {
    pub(crate) async fn of(server: &TestServer) -> Self {
        let request = server.bare(Method::GET, "/metrics").bearer_auth(server.running().token().expose());
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4");
        Self(response.error_for_status().unwrap().text().await.unwrap())
    }

    /// The value of a series, as it is written: `name{label="value"}`.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> u64 {
        let found = self.0.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("there is no {series} in {}", self.0)).parse().unwrap()
    }

    /// The names of the metrics, with their types.
    pub(crate) fn types(&self) -> BTreeMap<String, String> {
        let types = self.0.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        types.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
    }

    /// The labels that a metric has, but for the buckets of a histogram.
    pub(crate) fn labels(&self, name: &str) -> BTreeSet<String> {
        let of_metric = self.0.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let rest =
                ["_bucket", "_sum", "_count"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
            rest.strip_prefix('{')?.split_once("} ")
        });
        let labels =
            of_metric.flat_map(|(labels, _)| labels.split("\",")).filter_map(|one| one.split_once('='));
        labels.map(|(label, _)| label.to_owned()).filter(|label| label != "le").collect()
    }

    /// How many series there are; a histogram counts as one for each value of its labels.
    pub(crate) fn series(&self) -> usize {
        let lines = self.0.lines().filter(|line| !line.starts_with('#'));
        lines.filter(|line| !line.contains("_bucket{") && !line.contains("_sum")).count()
    }
}

/// What is counted after one event has started an execution, one was filtered, and one was forged.
pub(crate) async fn after_a_story(server: &TestServer) -> Scrape {
    let workflow = server.create_active(COUNTED).await;
    server.happen("lead", "created", json!({ "name": "unwanted" }));
    server.until("/deliveries", |items| items.len() == 1).await;
    server.happen("lead", "created", json!({ "name": "Acme" }));
    server.ended("counted", 1).await;
    let url = workflow["registrations"][0]["hook_url"].as_str().unwrap();
    let hook = url.split_once("/webhook/").unwrap().1;
    let forged = server.bare(Method::POST, &format!("/webhook/{hook}")).body("{}").send().await.unwrap();
    assert_eq!(forged.status(), 401);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let scrape = Scrape::of(server).await;
        // The end is told a moment before the slot is free again, and a webhook's answer is on its way.
        let is_over = scrape.value("bellhop_executions_running") == 0
            && scrape.value(r#"bellhop_http_requests_total{route="webhook",status="2xx"}"#) >= 2;
        if is_over {
            return scrape;
        }
        assert!(tokio::time::Instant::now() < deadline, "it is not over: {}", scrape.0);
        tokio::task::yield_now().await;
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_story_is_counted_once_and_rightly(#[case] db: Db) {
    let server = TestServer::start(db).await;
    let scrape = after_a_story(&server).await;
    for (series, value) in [
        (r#"bellhop_deliveries_total{outcome="accepted"}"#, 1),
        (r#"bellhop_deliveries_total{outcome="filtered"}"#, 1),
        (r#"bellhop_deliveries_total{outcome="rejected"}"#, 1),
        (r#"bellhop_deliveries_total{outcome="duplicate"}"#, 0),
        (r#"bellhop_deliveries_rejected_total{reason="missing_signature"}"#, 1),
        (r#"bellhop_ingress_seconds_count{outcome="accepted"}"#, 1),
        (r#"bellhop_http_requests_total{route="webhook",status="2xx"}"#, 2),
        (r#"bellhop_http_requests_total{route="webhook",status="4xx"}"#, 1),
        (r#"bellhop_http_requests_total{route="webhook",status="5xx"}"#, 0),
        (r#"bellhop_executions_started_total{trigger="close"}"#, 1),
        (r#"bellhop_executions_ended_total{status="succeeded"}"#, 1),
        (r#"bellhop_executions_ended_total{status="failed"}"#, 0),
        (r#"bellhop_execution_seconds_count{status="succeeded"}"#, 1),
        (r#"bellhop_steps_total{kind="close",status="succeeded"}"#, 1),
        (r#"bellhop_steps_total{kind="set",status="succeeded"}"#, 2),
        (r#"bellhop_steps_total{kind="parallel",status="succeeded"}"#, 1),
        (r#"bellhop_steps_total{kind="fail",status="failed"}"#, 1),
        (r#"bellhop_steps_total{kind="try",status="succeeded"}"#, 1),
        (r#"bellhop_steps_total{kind="log",status="skipped"}"#, 1),
        (r#"bellhop_steps_total{kind="log",status="succeeded"}"#, 1),
        (r#"bellhop_steps_total{kind="return",status="succeeded"}"#, 1),
        (r#"bellhop_step_retries_total{kind="close"}"#, 0),
        ("bellhop_queue_depth", 0),
        ("bellhop_queue_oldest_seconds", 0),
        ("bellhop_database_outage", 0),
    ] {
        assert_eq!(scrape.value(series), value, "{series}");
    }
    assert_eq!(scrape.value(r#"bellhop_registrations{state="active",vendor_status="active"}"#), 1);
    assert!(scrape.value("bellhop_execution_slots") >= 4);
    assert!(scrape.value("bellhop_commit_size_count") >= 2);
    assert!(scrape.value("process_resident_memory_bytes") > 1_000_000);
}

#[tokio::test]
async fn retries_cancellations_and_what_waits_are_counted() {
    let server = TestServer::start(Db::Sqlite).await;
    server
        .create(
            "name: again\ntriggers: [manual: {}]\nsteps:\n  - uses: http\n    with: { url: 'http://127.0.0.1:9/' }\n    retry: { max_attempts: 3, initial_interval: 10ms }\n",
        )
        .await;
    server.post("/workflows/again/run?wait=20s").await;
    server.create("name: asleep\ntriggers: [manual: {}]\nsteps:\n  - id: ask\n    uses: wait_for\n").await;
    let asleep = server.post("/workflows/asleep/run").await.body["id"].as_str().unwrap().to_owned();
    server.until("/executions?workflow=asleep", |items| items[0]["status"] == "waiting").await;
    server.post(&format!("/executions/{asleep}/cancel")).await;
    let scrape = Scrape::of(&server).await;
    for (series, value) in [
        (r#"bellhop_step_retries_total{kind="http"}"#, 2),
        (r#"bellhop_executions_ended_total{status="failed"}"#, 1),
        (r#"bellhop_executions_ended_total{status="cancelled"}"#, 1),
        (r#"bellhop_executions_started_total{trigger="manual"}"#, 2),
        ("bellhop_queue_depth", 0),
    ] {
        assert_eq!(scrape.value(series), value, "{series}");
    }
}
