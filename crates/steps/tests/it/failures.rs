//! `http`: how each failure is told, and whether it is worth another attempt.

use std::time::Duration;

use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::support::{http, http_failure, run, runner_for, server};

#[rstest]
#[case(400, false)]
#[case(401, false)]
#[case(404, false)]
#[case(408, true)]
#[case(409, false)]
#[case(425, true)]
#[case(429, true)]
#[case(500, true)]
#[case(503, true)]
#[tokio::test]
async fn a_status_that_is_no_success_is_a_failure(#[case] status: u16, #[case] retryable: bool) {
    let server = server(ResponseTemplate::new(status).set_body_string(" no, because \n")).await;

    let failure = http_failure(json!({ "url": format!("{}/a?key=1", server.uri()), "method": "POST" })).await;

    assert_eq!(failure.error.kind, "http_status");
    assert_eq!(failure.error.status, Some(status));
    assert_eq!(failure.retryable, retryable);
    assert_eq!(failure.retry_after, None);
    let message = failure.error.message;
    assert!(message.starts_with(&format!("POST {}/a answered {status} ", server.uri())), "{message}");
    assert!(message.ends_with(": no, because"), "{message}");
}

#[rstest]
#[case::one(json!(404), 404)]
#[case::a_class(json!("4xx"), 404)]
#[case::a_list(json!([200, "404"]), 404)]
#[tokio::test]
async fn an_expected_status_is_a_success(#[case] expected: Value, #[case] status: u16) {
    let server = server(ResponseTemplate::new(status)).await;
    let output = http(json!({ "url": server.uri(), "expect_status": expected })).await;
    assert_eq!(output["status"], status);
}

#[tokio::test]
async fn what_is_not_expected_is_a_failure_also_at_200() {
    let server = server(ResponseTemplate::new(200)).await;
    let failure = http_failure(json!({ "url": server.uri(), "expect_status": 202 })).await;
    assert_eq!(failure.error.message, format!("GET {}/ answered 200 OK", server.uri()));
}

#[tokio::test]
async fn a_long_refusal_is_quoted_in_part() {
    let server = server(ResponseTemplate::new(400).set_body_string("é".repeat(10_000))).await;
    let message = http_failure(json!({ "url": server.uri() })).await.error.message;
    assert!(message.ends_with(&format!(": {}…", "é".repeat(500))), "{message}");
}

#[rstest]
#[case::the_finer_of_two(429, &[("RateLimit", "limit=100, remaining=0, reset=1.5"), ("retry-after", "2")], Some(1_500))]
#[case::seconds(429, &[("retry-after", "2")], Some(2_000))]
#[case::a_date(503, &[("retry-after", "Mon, 02 Mar 2026 09:01:14 GMT")], Some(60_000))]
#[case::a_date_that_is_past(503, &[("retry-after", "Mon, 02 Mar 2026 08:00:00 GMT")], Some(0))]
#[case::a_limit_that_is_not_the_reason(503, &[("RateLimit", "limit=100, remaining=50, reset=5")], None)]
#[case::less_than_nothing(429, &[("retry-after", "-5")], None)]
#[case::more_than_can_be(429, &[("retry-after", "1e300")], None)]
#[case::not_a_number(429, &[("RateLimit", "reset=NaN")], None)]
#[case::a_refusal_for_good(403, &[("retry-after", "2")], None)]
#[tokio::test]
async fn the_wait_that_the_server_asks_for_is_passed_on(
    #[case] status: u16,
    #[case] headers: &[(&str, &str)],
    #[case] milliseconds: Option<u64>,
) {
    let answer = headers
        .iter()
        .fold(ResponseTemplate::new(status), |answer, (name, value)| answer.insert_header(*name, *value));
    let server = server(answer).await;
    let failure = http_failure(json!({ "url": server.uri() })).await;
    assert_eq!(failure.retry_after, milliseconds.map(Duration::from_millis));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_a_timeout() {
    let server = server(ResponseTemplate::new(200).set_delay(Duration::from_hours(1))).await;
    let runner = runner_for(&server.uri());
    for (kind, input) in
        [(StepKind::Http, json!({ "url": server.uri() })), (StepKind::Close, json!({ "path": "/me/" }))]
    {
        let failure =
            run(&runner, kind, &input, Duration::from_millis(50), &mut Vec::new()).await.unwrap_err();
        assert_eq!(failure.error.kind, "timeout");
        assert_eq!(failure.error.message, "no complete answer within 50ms");
        assert!(failure.retryable);
    }
}

#[tokio::test]
async fn nobody_there_is_a_connection_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);

    let failure = http_failure(json!({ "url": format!("http://{address}/a?key=1") })).await;

    assert_eq!(failure.error.kind, "connection");
    assert!(failure.retryable);
    let message = failure.error.message;
    assert!(message.starts_with(&format!("GET http://{address}/a: Connection refused")), "{message}");
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_is_a_connection_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let closing = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            drop(socket);
        }
    });

    let failure = http_failure(json!({ "url": url, "method": "POST" })).await;

    closing.abort();
    assert_eq!(failure.error.kind, "connection");
    assert!(failure.retryable);
}
