//! Traces: from a delivery to the last step, also across a restart, and never in anybody's way.

mod collector;
mod down;
mod logs;

use std::sync::Arc;

use bellhop::config::Hidden;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{Answer, TestServer, answer};
use bellhop_workflow::time::SystemClock;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use self::collector::{Collector, Span};

/// The example of the specification, 3.2.3.
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SENDER: &str = "b7ad6b7169203331";

async fn traced(db: Db, collector: &Collector) -> TestServer {
    let endpoint = Hidden::new(collector.endpoint());
    TestServer::start_with(db, Arc::new(SystemClock), |settings| settings.otlp_endpoint = Some(endpoint))
        .await
}

/// A workflow with a webhook that needs no proof, and its steps.
fn workflow(steps: &str) -> String {
    format!(
        "name: traced\ntriggers:\n  - webhook: {{ path: traced, auth: none }}\n  - manual:\nsteps:\n{steps}"
    )
}

async fn deliver(server: &TestServer, traceparent: Option<&str>) -> Answer {
    let mut request = server.bare(Method::POST, "/webhook/traced").json(&json!({ "secret": "hush-hush" }));
    if let Some(traceparent) = traceparent {
        request = request.header("traceparent", traceparent);
    }
    let sent = answer(request).await;
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    sent
}

async fn peer() -> MockServer {
    let peer = MockServer::start().await;
    Mock::given(path("/ok")).respond_with(ResponseTemplate::new(200)).mount(&peer).await;
    Mock::given(path("/gone")).respond_with(ResponseTemplate::new(404)).mount(&peer).await;
    peer
}

fn is_in_one_trace(spans: &[Span], trace: &str) {
    for span in spans {
        assert_eq!(span.trace, trace, "{span:#?}");
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_senders_trace_goes_on_to_whom_the_last_step_calls(#[case] db: Db) {
    let (collector, peer) = (Collector::start().await, peer().await);
    let server = traced(db, &collector).await;
    let url = peer.uri();
    let steps = format!(
        "  - id: both\n    parallel:\n      one:\n        - {{ id: call, uses: http, with: {{ url: '{url}/ok' }} }}\n      two:\n        - {{ id: own, uses: http, with: {{ url: '{url}/ok', headers: {{ traceparent: mine }} }} }}\n  - {{ id: over, if: '${{{{ false }}}}', uses: log, with: {{ message: x }} }}\n"
    );
    server.create_active(&workflow(&steps)).await;

    let sent = deliver(&server, Some(TRACEPARENT)).await;
    let execution = server.ended("traced", 1).await.remove(0);
    assert_eq!(execution["status"], "succeeded", "{execution:#}");

    let names = ["delivery", "verify", "commit", "traced", "parallel both", "http call", "http own"];
    let spans = collector.named(names).await;
    is_in_one_trace(&spans, TRACE);
    let [delivery, verify, commit, run, both, call, own] = &spans;
    assert_eq!((delivery.kind, delivery.parent.as_str()), (2, SENDER));
    assert_eq!(delivery.attributes["bellhop.delivery.id"], sent.body["delivery_id"].as_str().unwrap());
    assert_eq!(delivery.attributes["bellhop.delivery.outcome"], "accepted");
    for part in [verify, commit, run] {
        assert_eq!(part.parent, delivery.id, "{part:#?}");
    }
    assert_eq!(run.attributes["bellhop.execution.id"], execution["id"].as_str().unwrap());
    assert_eq!(both.parent, run.id);
    assert_eq!((&call.parent, &own.parent), (&both.id, &both.id));
    assert_eq!((call.kind, call.attributes["bellhop.step.kind"].as_str()), (3, "http"));
    assert_eq!(call.attributes["bellhop.step.attempts"], "1");
    assert!(spans.iter().all(|span| !span.is_error));

    let requests = peer.received_requests().await.unwrap();
    let mut told: Vec<&str> =
        requests.iter().map(|request| request.headers["traceparent"].to_str().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, [format!("00-{TRACE}-{}-01", call.id).as_str(), "mine"]);

    let all = collector.spans();
    assert!(all.iter().all(|span| span.name != "log over"), "a step that was passed over is no span");
    assert!(!format!("{all:?}").contains("hush-hush"), "no payload is in a span");
}

#[tokio::test]
async fn an_execution_that_nobody_elses_trace_continues_has_one_of_its_own_name() {
    let collector = Collector::start().await;
    let server = traced(Db::Sqlite, &collector).await;
    server.create_active(&workflow("  - { id: say, uses: log, with: { message: x } }\n")).await;
    // What is no header of that kind counts as not sent.
    deliver(&server, Some("00-nonsense")).await;
    let execution = server.ended("traced", 1).await.remove(0);
    let spans = collector.named(["delivery", "traced", "log say"]).await;
    is_in_one_trace(&spans, &execution["id"].as_str().unwrap().replace('-', ""));
    assert_eq!(spans[0].parent, "");
    assert_eq!(spans[1].parent, spans[0].id);
}

#[tokio::test]
async fn a_failed_step_marks_itself_and_its_execution() {
    let (collector, peer) = (Collector::start().await, peer().await);
    let server = traced(Db::Sqlite, &collector).await;
    let steps = format!("  - id: call\n    uses: http\n    with: {{ url: '{}/gone' }}\n", peer.uri());
    server.create_active(&workflow(&steps)).await;
    deliver(&server, None).await;
    let [call, run, delivery] = collector.named(["http call", "traced", "delivery"]).await;
    assert!(call.is_error && run.is_error && !delivery.is_error);
    for span in [&call, &run] {
        assert_eq!(span.attributes["error.type"], "http_status");
    }
    assert_eq!(call.attributes["http.response.status_code"], "404");
    assert_eq!(call.attributes["bellhop.step.status"], "failed");
    assert_eq!(run.attributes["bellhop.execution.status"], "failed");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_pause_over_a_restart_stays_in_the_trace(#[case] db: Db) {
    let collector = Collector::start().await;
    let mut server = traced(db, &collector).await;
    let steps = "  - { id: first, uses: log, with: { message: x } }\n  - { id: ask, uses: wait_for, with: {} }\n  - { id: last, uses: log, with: { message: x } }\n";
    server.create_active(&workflow(steps)).await;
    deliver(&server, Some(TRACEPARENT)).await;
    let waiting =
        server.until("/executions", |items| items.iter().any(|one| one["status"] == "waiting")).await;
    let id = waiting[0]["id"].as_str().unwrap().to_owned();
    server.restart().await;
    let resumed = server.send(Method::POST, &format!("/executions/{id}/steps/ask/resume"), &json!({})).await;
    assert!(resumed.status.is_success(), "{resumed:?}");
    let spans = collector.named(["delivery", "traced", "log first", "wait_for ask", "log last"]).await;
    is_in_one_trace(&spans, TRACE);
    let [delivery, run, steps @ ..] = &spans;
    assert_eq!(run.parent, delivery.id);
    for step in steps {
        assert_eq!(step.parent, run.id, "{step:#?}");
        assert!(step.took <= run.took, "the execution's span has all of it");
    }
    let first = collector.spans().iter().filter(|span| span.name == "log first").count();
    assert_eq!(first, 1, "what had ended is not told again");
}

#[tokio::test]
async fn a_child_is_part_of_the_step_that_starts_it() {
    let collector = Collector::start().await;
    let server = traced(Db::Sqlite, &collector).await;
    server.create_active("name: child\ntriggers: [manual: {}]\nsteps:\n  - { id: deep, uses: log, with: { message: x } }\n").await;
    server.create_active(&workflow("  - { id: sub, uses: workflow, with: { name: child } }\n")).await;
    // By hand is as good as delivered.
    let run = server.request(Method::POST, "/workflows/traced/run").header("traceparent", TRACEPARENT);
    assert!(answer(run.json(&json!({}))).await.status.is_success());
    let spans = collector.named(["traced", "workflow sub", "child", "log deep"]).await;
    is_in_one_trace(&spans, TRACE);
    let [run, sub, child, deep] = &spans;
    assert_eq!(run.parent, SENDER);
    assert_eq!((&sub.parent, &child.parent, &deep.parent), (&run.id, &sub.id, &child.id));
}

#[tokio::test]
async fn what_is_refused_or_not_to_be_recorded_is_no_span() {
    let collector = Collector::start().await;
    let server = traced(Db::Sqlite, &collector).await;
    server.create_active(&workflow("  - { id: say, uses: log, with: { message: x } }\n")).await;
    let nobodys = answer(server.bare(Method::POST, "/webhook/nobodys").header("traceparent", TRACEPARENT));
    assert_eq!(nobodys.await.status, StatusCode::NOT_FOUND);
    let unsampled = TRACEPARENT.replace("-01", "-00");
    deliver(&server, Some(&unsampled)).await;
    server.ended("traced", 1).await;
    deliver(&server, None).await;
    let [last] = collector.named(["traced"]).await;
    assert_ne!(last.trace, TRACE);
    let of_it = collector.spans().into_iter().filter(|span| span.trace == TRACE).count();
    assert_eq!(of_it, 0, "{:#?}", collector.spans());
}
