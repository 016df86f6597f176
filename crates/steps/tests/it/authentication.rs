//! Credentials prove the sender to the server that they are meant for, and come back to nobody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::support::{
    API_KEY, HEADER_VALUE, PASSWORD, TOKEN, attempt, header, http, http_failure, only_request, output,
    runner_for, server,
};

/// Answers with everything that it was sent, as debugging services do, once as text and once as a key.
fn echo(request: &Request) -> ResponseTemplate {
    let headers: Vec<_> = request
        .headers
        .values()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    let mut answer = ResponseTemplate::new(if request.url.path().ends_with("/refuse/") { 400 } else { 200 });
    for value in &headers {
        answer = answer.append_header("x-echo", value.as_str());
    }
    let by_value: Value = headers.iter().map(|value| (value.clone(), json!(value))).collect();
    answer.set_body_json(json!({ "headers": by_value, "message": headers.join(" ") }))
}

#[rstest]
#[case("basic", "authorization", format!("Basic {}", STANDARD.encode(format!("ann:{PASSWORD}"))))]
#[case("bearer", "authorization", format!("Bearer {TOKEN}"))]
#[case("header", "x-api-key", HEADER_VALUE.to_owned())]
#[tokio::test]
async fn each_kind_has_its_header(#[case] credential: &str, #[case] name: &str, #[case] value: String) {
    let server = server(ResponseTemplate::new(200)).await;
    http(json!({ "url": server.uri(), "auth": { "credential": credential } })).await;
    assert_eq!(header(&only_request(&server).await, name), Some(value.as_str()));
}

#[rstest]
#[case(
    "close",
    "the credential `close` is of kind `close`; an http step takes http_basic, http_bearer or http_header"
)]
#[case(
    "hmac",
    "the credential `hmac` is of kind `hmac`; an http step takes http_basic, http_bearer or http_header"
)]
#[case("nobody", "there is no credential `nobody`")]
#[tokio::test]
async fn a_credential_of_no_use_is_refused_before_anything_is_sent(
    #[case] credential: &str,
    #[case] message: &str,
) {
    let server = server(ResponseTemplate::new(200)).await;
    let failure = http_failure(json!({ "url": server.uri(), "auth": { "credential": credential } })).await;
    assert_eq!(failure.error.kind, "credential");
    assert_eq!(failure.error.message, message);
    assert!(!failure.retryable);
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[rstest]
#[case(StepKind::Http, "basic")]
#[case(StepKind::Http, "bearer")]
#[case(StepKind::Http, "header")]
#[case(StepKind::Close, "close")]
#[tokio::test]
async fn a_server_that_repeats_what_it_was_sent_does_not_put_it_into_the_history(
    #[case] kind: StepKind,
    #[case] credential: &str,
) {
    let server = server(echo).await;
    let runner = runner_for(&server.uri());
    let input = |path: &str| match kind {
        StepKind::Http => json!({
            "url": format!("{}{path}", server.uri()), "method": "POST", "auth": { "credential": credential }
        }),
        _ => json!({ "path": path, "method": "POST", "credential": credential }),
    };

    let output = output(attempt(&runner, kind, &input("/")).await.unwrap()).to_string();
    let message = attempt(&runner, kind, &input("/refuse/")).await.unwrap_err().error.message;

    for shown in [output, message] {
        assert!(shown.contains("[redacted]"), "{shown}");
        for secret in [API_KEY, PASSWORD, TOKEN, HEADER_VALUE] {
            assert!(!shown.contains(secret), "{shown}");
            assert!(!shown.contains(&STANDARD.encode(secret)), "{shown}");
        }
        for pair in [format!("ann:{PASSWORD}"), format!("{API_KEY}:")] {
            assert!(!shown.contains(&STANDARD.encode(pair)), "{shown}");
        }
    }
}
