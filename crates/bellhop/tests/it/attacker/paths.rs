//! Another spelling of a path leads to no other door: nothing is decoded, joined or shortened before it is looked at.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use reqwest::Method;
use serde_json::json;

use super::{raw, statuses};

const PATHS: [&str; 33] = [
    "/api/v1//tokens",
    "/api/v1/tokens/",
    "/api/v1/./tokens",
    "/api/v1/../api/v1/tokens",
    "/api/v1/workflows/../tokens",
    "/api/v1/workflows/%2e%2e/tokens",
    "/api/v1/workflows/%2E%2E/tokens",
    "/api/v1/workflows/..%2Ftokens",
    "/api/v1/workflows/..%5Ctokens",
    "/api/v1/workflows/%252e%252e/tokens",
    "/api/v1/%74okens",
    "/api/v1/tokens%00",
    "/api/v1/tokens%0d%0a",
    "/api/v1/tokens%20",
    "/api/v1/tokens;x=y",
    "/api/v1;x=y/tokens",
    "/api/v1/tokens.json",
    "/api/v1/TOKENS",
    "/API/V1/tokens",
    "//api/v1/tokens",
    "///api/v1/tokens",
    "/api//v1/tokens",
    "/api%2Fv1%2Ftokens",
    "/healthz/../api/v1/tokens",
    "/healthz/..;/api/v1/tokens",
    "/healthz%2f..%2fapi/v1/tokens",
    "/webhook/../api/v1/tokens",
    "/webhook/..%2Fapi%2Fv1%2Ftokens",
    "/webhook//api/v1/tokens",
    "/resume/../api/v1/tokens",
    "/resume/..%2F..%2Fapi%2Fv1%2Ftokens",
    "/metrics/../api/v1/tokens",
    "\\api\\v1\\tokens",
];

async fn token(server: &TestServer, scope: &str) -> String {
    let made = server.send(Method::POST, "/tokens", &json!({ "name": scope, "scope": scope })).await;
    made.body["token"].as_str().unwrap_or_else(|| panic!("{made:?}")).to_owned()
}

#[tokio::test]
async fn a_path_that_is_spelled_otherwise_leads_to_no_other_door() {
    let server = TestServer::start(Db::Sqlite).await;
    let reader = format!("authorization: Bearer {}\r\n", token(&server, "read").await);
    for path in PATHS {
        for credentials in ["", &reader] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{credentials}\r\n");
            let answer = raw(&server, request.as_bytes()).await;
            let found = statuses(&answer);
            assert!(matches!(found[..], [400..=499]), "{path}: {answer}");
            assert!(!answer.contains("\"items\""), "{path}: {answer}");
        }
    }
}

/// RFC 9112, 3.2: whole addresses are for proxies, and which host they name says nothing here.
#[tokio::test]
async fn whole_addresses_and_other_targets_are_no_way_around() {
    let server = TestServer::start(Db::Sqlite).await;
    for target in [
        "http://127.0.0.1/api/v1/tokens",
        "http://evil.example/api/v1/tokens",
        "http://user:pass@x/api/v1/tokens",
        "*",
        "evil.example:443",
        "api/v1/tokens",
        "",
        "/api/v1/tokens\0",
        "/api/v1/tokens\u{e9}",
        "/api/v1/tokens HTTP/1.1\r\nx: y\r\n",
    ] {
        for method in ["GET", "CONNECT", "TRACE", "OPTIONS", "get", "G\0T"] {
            let request = format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            let answer = raw(&server, request.as_bytes()).await;
            assert!(
                statuses(&answer).iter().all(|status| (400..500).contains(status)),
                "{method} {target}: {answer}"
            );
            assert!(!answer.to_lowercase().contains("x: y"), "nothing is sent back: {answer}");
        }
    }
}
