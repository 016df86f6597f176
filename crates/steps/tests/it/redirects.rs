//! `http`: redirects are followed as browsers do, and credentials stay where they belong.

use rstest::rstest;
use serde_json::json;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{HEADER_VALUE, IDEMPOTENCY_KEY, header, http, http_failure, only_request, server};

/// A server that sends `/old` on to `location`, and answers everything else with 200.
async fn moved(status: u16, location: &str) -> MockServer {
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(status).insert_header("location", location);
    Mock::given(path("/old")).respond_with(redirect).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    server
}

#[rstest]
#[case(301, "POST", "GET")]
#[case(302, "POST", "GET")]
#[case(303, "PUT", "GET")]
#[case(301, "PUT", "PUT")]
#[case(307, "POST", "POST")]
#[case(308, "POST", "POST")]
#[case(303, "HEAD", "HEAD")]
#[tokio::test]
async fn a_redirect_is_followed(#[case] status: u16, #[case] sent: &str, #[case] followed: &str) {
    let server = moved(status, "new?a=1").await;

    let output = http(json!({
        "url": format!("{}/old", server.uri()),
        "method": sent,
        "json": { "a": 1 },
        "auth": { "credential": "header" },
    }))
    .await;

    assert_eq!(output["status"], 200);
    let requests = server.received_requests().await.unwrap();
    let second = &requests[1];
    assert_eq!(second.url.path(), "/new");
    assert_eq!(second.url.query(), Some("a=1"));
    assert_eq!(second.method.as_str(), followed);
    assert_eq!(header(second, "x-api-key"), Some(HEADER_VALUE), "it is the same server");
    let repeated = sent == followed;
    assert_eq!(second.body.is_empty(), !repeated);
    assert_eq!(second.headers.contains_key("content-type"), repeated);
    let key = second.headers.get("idempotency-key").map(wiremock::http::HeaderValue::as_bytes);
    assert_eq!(key, (repeated && sent != "HEAD").then_some(IDEMPOTENCY_KEY.as_bytes()));
}

#[rstest]
#[case("basic")]
#[case("bearer")]
#[case("header")]
#[tokio::test]
async fn credentials_do_not_go_along_to_another_server(#[case] credential: &str) {
    let other = server(ResponseTemplate::new(200)).await;
    let first = moved(307, &format!("{}/new", other.uri())).await;

    http(json!({
        "url": format!("{}/old", first.uri()),
        "headers": { "Cookie": "session=1", "X-Note": "kept" },
        "auth": { "credential": credential },
    }))
    .await;

    let request = only_request(&other).await;
    assert_eq!(header(&request, "x-note"), Some("kept"));
    for name in ["authorization", "x-api-key", "cookie"] {
        assert!(!request.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn credentials_do_not_come_back_with_the_request_either() {
    let other = MockServer::start().await;
    let first = moved(307, &format!("{}/there", other.uri())).await;
    let back = ResponseTemplate::new(307).insert_header("location", format!("{}/back", first.uri()));
    Mock::given(path("/there")).respond_with(back).mount(&other).await;

    http(json!({ "url": format!("{}/old", first.uri()), "auth": { "credential": "bearer" } })).await;

    let requests = first.received_requests().await.unwrap();
    assert!(requests[0].headers.contains_key("authorization"));
    assert_eq!(requests[1].url.path(), "/back");
    assert!(!requests[1].headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_redirect_that_is_not_to_be_followed_is_the_answer() {
    let server = moved(302, "/new").await;
    let output = http(json!({
        "url": format!("{}/old", server.uri()), "follow_redirects": false, "expect_status": 302
    }))
    .await;
    assert_eq!(output["headers"]["location"], "/new");
    only_request(&server).await;
}

#[tokio::test]
async fn a_circle_ends() {
    let server = moved(302, "/old").await;
    let url = format!("{}/old", server.uri());
    let failure = http_failure(json!({ "url": url })).await;
    assert_eq!(failure.error.kind, "http_status");
    assert_eq!(failure.error.message, format!("GET {url}: more than 10 redirects"));
    assert!(!failure.retryable);
    assert_eq!(server.received_requests().await.unwrap().len(), 11);
}

#[tokio::test]
async fn a_redirect_out_of_http_is_not_followed() {
    let server = moved(302, "file:///etc/passwd").await;
    let failure = http_failure(json!({ "url": format!("{}/old", server.uri()) })).await;
    assert_eq!(failure.error.status, Some(302));
}
