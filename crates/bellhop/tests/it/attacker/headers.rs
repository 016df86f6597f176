//! Headers that claim to be somebody or something, and line breaks that would end in headers.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use super::{raw, statuses};

#[rstest]
#[case("x-http-method-override: GET")]
#[case("x-method-override: GET")]
#[case("x-original-url: /healthz")]
#[case("x-rewrite-url: /healthz")]
#[case("x-forwarded-for: 127.0.0.1")]
#[case("x-real-ip: 127.0.0.1")]
#[case("forwarded: for=127.0.0.1")]
#[case("x-forwarded-user: admin")]
#[case("x-remote-user: admin")]
#[case("x-internal: 1")]
#[case("authorization: Bearer null")]
#[case("authorization: Bearer undefined")]
#[case("cookie: session=x; __Host-session=x")]
#[tokio::test]
async fn no_header_claims_a_way_in(#[case] header: &str) {
    let server = TestServer::start(Db::Sqlite).await;
    for method in ["GET", "POST", "DELETE"] {
        let request = format!(
            "{method} /api/v1/tokens HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n{header}\r\n\r\n"
        );
        let answer = raw(&server, request.as_bytes()).await;
        assert_eq!(statuses(&answer), [401], "{method} {header}: {answer}");
    }
}

/// What the server says of its own address is the setting's, whatever a request calls it.
#[tokio::test]
async fn the_host_of_a_request_is_in_no_answer() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create("name: open\ntriggers: [webhook: { path: open }, manual: {}]\nsteps:\n  - { id: tell, uses: set, with: { url: '${{ execution.resume_urls.ask }}' } }\n  - { id: ask, uses: wait_for, with: {} }\n").await;
    let token = server.running().token().expose().to_owned();
    for host in [
        "host: evil.example",
        "host: evil.example\r\nx-forwarded-host: evil.example",
        "host: x\r\nforwarded: host=evil.example",
    ] {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/api/v1/workflows/open"),
            ("POST", "/api/v1/workflows/open/activate"),
            ("POST", "/api/v1/workflows/open/run"),
            ("GET", "/api/docs"),
            ("GET", "/api/openapi.json"),
            ("GET", "/resume/x"),
        ] {
            let request = format!(
                "{method} {path} HTTP/1.1\r\n{host}\r\nconnection: close\r\ncontent-length: 0\r\nauthorization: Bearer {token}\r\n\r\n"
            );
            let answer = raw(&server, request.as_bytes()).await;
            assert!(!answer.is_empty() && !answer.contains("evil.example"), "{path}: {answer}");
        }
    }
    // Two of them are none.
    let two = raw(&server, b"GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n").await;
    assert!(!two.contains("host"), "{two}");
}

/// What an event says goes into an answer's header as a value, or not at all.
#[tokio::test]
async fn a_line_break_ends_in_no_header_of_an_answer() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create_active("name: says\ntriggers:\n  - webhook: { path: says, response: respond_step }\nsteps:\n  - uses: respond\n    with: { status: 200, headers: { x-said: '${{ event.data.say }}' }, body: ok }\n").await;
    for say in
        ["x\r\nset-cookie: a=b", "x\nset-cookie: a=b", "x\rset-cookie: a=b", "x\0y", "\r\n\r\n<script>"]
    {
        let sent = answer(server.bare(Method::POST, "/webhook/says").json(&json!({ "say": say }))).await;
        assert!(!sent.headers.contains_key("set-cookie"), "{say:?}: {sent:?}");
        assert!(sent.status.is_server_error(), "the execution fails, and its sender is told so: {sent:?}");
    }
    let plain = answer(server.bare(Method::POST, "/webhook/says").json(&json!({ "say": "plain" }))).await;
    assert_eq!((plain.status, &plain.headers["x-said"]), (StatusCode::OK, &"plain".parse().unwrap()));
}

#[tokio::test]
async fn a_line_break_ends_in_no_header_of_a_request() {
    let (server, peer) = (TestServer::start(Db::Sqlite).await, MockServer::start().await);
    Mock::given(matchers::any()).respond_with(ResponseTemplate::new(200)).mount(&peer).await;
    server.create_active(&format!("name: calls\ntriggers:\n  - webhook: {{ path: calls }}\nsteps:\n  - uses: http\n    with: {{ url: '{}', headers: {{ x-said: '${{{{ event.data.say }}}}' }} }}\n", peer.uri())).await;
    let says = ["x\r\nx-evil: 1", "x\nx-evil: 1", "x\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"];
    for say in says {
        answer(server.bare(Method::POST, "/webhook/calls").json(&json!({ "say": say }))).await;
    }
    for execution in server.ended("calls", says.len()).await {
        assert_eq!(execution["error"]["kind"], "invalid_input", "{execution:#}");
    }
    assert!(peer.received_requests().await.unwrap().is_empty());
}
