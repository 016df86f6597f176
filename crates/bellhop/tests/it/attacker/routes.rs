//! Every route that the server describes, without a token, with a wrong one, and with one that may only read.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// What is open to everybody, who prove themselves otherwise or are told nothing.
const OPEN: [&str; 6] =
    ["/webhook/{hook_id}", "/resume/{token}", "/healthz", "/readyz", "/api/openapi.json", "/api/docs"];

/// What changes something by its method, and may be done by whoever may read.
const READS_ALL_THE_SAME: [&str; 2] = ["/api/v1/workflows/validate", "/api/v1/session"];

/// The methods and paths of the server's own description, with something in the place of each parameter.
async fn operations(server: &TestServer) -> Vec<(Method, String, String)> {
    let described = answer(server.bare(Method::GET, "/api/openapi.json")).await.body;
    let paths = described["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.filter_map(move |method| {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).ok()?;
            let at = path.replace("{name}", "nothing").replace("{version}", "1").replace("{step}", "ask");
            Some((method, path.clone(), at.replace("{id}", "01977f00-0000-7000-8000-000000000001")))
        })
    });
    let known = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
    let found: Vec<_> = operations.filter(|(method, ..)| known.contains(method)).collect();
    assert!(found.len() > 40, "the description is not whole: {found:?}");
    found
}

#[tokio::test]
async fn without_a_token_nothing_is_told_and_nothing_done() {
    let server = TestServer::start(Db::Sqlite).await;
    for (method, path, at) in operations(&server).await {
        if OPEN.contains(&path.as_str()) || (path == "/api/v1/session" && method == Method::POST) {
            continue;
        }
        for header in [None, Some("Bearer"), Some("Bearer "), Some("Basic YTpi"), Some("bearer\t")] {
            let mut request = server.bare(method.clone(), &at);
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let refused = answer(request.json(&json!({}))).await;
            assert_eq!(
                refused.status,
                StatusCode::UNAUTHORIZED,
                "{method} {path} with {header:?}: {refused:?}"
            );
            assert!(refused.body.get("items").is_none(), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_token_opens_nothing_and_is_soon_not_looked_at() {
    let server = TestServer::start(Db::Sqlite).await;
    let right = server.running().token().expose().to_owned();
    let mut statuses = Vec::new();
    for (method, path, at) in operations(&server).await {
        if !path.starts_with("/api/v1/") || path == "/api/v1/session" {
            continue;
        }
        let wrong = format!("{}{}", &right[..right.len() - 1], if right.ends_with('0') { '1' } else { '0' });
        let refused = answer(server.bare(method.clone(), &at).bearer_auth(wrong).json(&json!({}))).await;
        assert!(matches!(refused.status.as_u16(), 401 | 429), "{method} {path}: {refused:?}");
        statuses.push(refused.status.as_u16());
    }
    assert_eq!((statuses.first(), statuses.last()), (Some(&401), Some(&429)), "whoever guesses is held off");
}

#[tokio::test]
async fn whoever_may_read_changes_nothing() {
    let server = TestServer::start(Db::Sqlite).await;
    let made = server.send(Method::POST, "/tokens", &json!({ "name": "reader", "scope": "read" })).await;
    let reader = made.body["token"].as_str().unwrap().to_owned();
    for (method, path, at) in operations(&server).await {
        let open = OPEN.contains(&path.as_str()) || READS_ALL_THE_SAME.contains(&path.as_str());
        if method == Method::GET
            || (open && method != Method::DELETE && method != Method::PUT)
            || path == "/api/v1/session"
        {
            continue;
        }
        let refused = answer(server.bare(method.clone(), &at).bearer_auth(&reader).json(&json!({}))).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {path}: {refused:?}");
    }
    let said: Vec<Value> = server.list("/audit").await;
    assert!(said.iter().all(|entry| entry["actor"] != "reader"), "{said:#?}");
}
