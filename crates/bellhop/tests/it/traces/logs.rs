//! Log lines about an execution say which, and which trace it is in.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_testkit::process::Process;
use bellhop_testkit::server::{PATIENCE, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::collector::Collector;
use super::{TRACE, TRACEPARENT, workflow};
use crate::site::{BINARY, Site};

#[tokio::test]
async fn a_line_about_an_execution_has_its_id_and_that_of_its_trace() {
    let (collector, site) = (Collector::start().await, Site::new(Db::Sqlite).await);
    let endpoint = collector.endpoint();
    let mut variables = site.variables();
    variables.push(("BELLHOP_OTLP_ENDPOINT", endpoint));
    let variables: Vec<_> = variables.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let server = Process::serve(BINARY, site.dir(), &variables);
    // It is called and never answers, so that the execution runs until it is cancelled.
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let steps = format!(
        "  - id: call\n    uses: http\n    timeout: 10m\n    with: {{ url: 'http://{}/' }}\n",
        silent.local_addr().unwrap()
    );
    site.call(&server, Method::POST, "/workflows", Some(workflow(&steps))).await;
    site.call(&server, Method::POST, "/workflows/traced/activate", None).await;
    let request = site.http.post(format!("http://{}/webhook/traced", server.address()));
    let sent = answer(request.header("traceparent", TRACEPARENT).json(&json!({}))).await;
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    let (_called, _) = tokio::time::timeout(PATIENCE, silent.accept()).await.unwrap().unwrap();
    let id = site.executions(&server).await[0]["id"].as_str().unwrap().to_owned();
    site.call(&server, Method::POST, &format!("/executions/{id}/cancel"), None).await;

    let mut look = tokio::time::interval(Duration::from_millis(20));
    let line = tokio::time::timeout(PATIENCE, async {
        loop {
            look.tick().await;
            if let Some(line) = site.logged("execution cancelled").pop() {
                return serde_json::from_str::<Value>(&line).unwrap();
            }
        }
    });
    let line = line.await.unwrap();
    assert_eq!((&line["execution"], &line["span"]["trace_id"]), (&json!(id), &json!(TRACE)), "{line:#}");
}
