//! Every route says what it needs, and lets nobody in who has less. Other ways to a route that somebody may try are in
//! `crates/bellhop/tests/it/attacker`.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request, StatusCode};

use crate::app::{TOKEN, TestApp, bearing};

/// The file that lists every route.
const ROUTER: &str = include_str!("../../src/router.rs");

const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// What a call below `/api/v1` needs.
const NEEDS: &[(&str, &str, &str)] = &[
    ("GET", "/workflows", "read"),
    ("POST", "/workflows", "write"),
    ("GET", "/workflows/validate", "read"),
    // It stores nothing.
    ("POST", "/workflows/validate", "read"),
    ("PUT", "/workflows/validate", "write"),
    ("DELETE", "/workflows/validate", "write"),
    ("GET", "/workflows/{name}", "read"),
    ("PUT", "/workflows/{name}", "write"),
    ("DELETE", "/workflows/{name}", "write"),
    ("GET", "/workflows/{name}/versions", "read"),
    ("GET", "/workflows/{name}/versions/{version}", "read"),
    ("POST", "/workflows/{name}/activate", "write"),
    ("POST", "/workflows/{name}/deactivate", "write"),
    ("POST", "/workflows/{name}/run", "write"),
    ("GET", "/executions", "read"),
    ("DELETE", "/executions", "write"),
    ("GET", "/executions/stream", "read"),
    ("GET", "/executions/{id}", "read"),
    ("GET", "/executions/{id}/stream", "read"),
    ("POST", "/executions/{id}/cancel", "write"),
    ("POST", "/executions/{id}/retry", "write"),
    ("POST", "/executions/{id}/steps/{step}/resume", "write"),
    ("GET", "/state/{name}", "read"),
    ("GET", "/deliveries", "read"),
    ("GET", "/deliveries/rejections", "read"),
    ("GET", "/deliveries/{id}", "read"),
    ("POST", "/deliveries/{id}/replay", "write"),
    ("GET", "/registrations", "read"),
    ("POST", "/registrations/reconcile", "admin"),
    ("GET", "/credentials", "read"),
    ("GET", "/credentials/{name}", "read"),
    ("PUT", "/credentials/{name}", "admin"),
    ("DELETE", "/credentials/{name}", "admin"),
    ("POST", "/credentials/{name}/test", "admin"),
    ("GET", "/catalog/providers", "read"),
    ("GET", "/catalog/events", "read"),
    ("GET", "/tokens", "admin"),
    ("POST", "/tokens", "admin"),
    ("DELETE", "/tokens/{id}", "admin"),
    ("GET", "/audit", "admin"),
    ("POST", "/deliveries/recover", "write"),
    ("GET", "/session", "read"),
    // Whoever calls it has the token in the body.
    ("POST", "/session", "none"),
    ("DELETE", "/session", "read"),
];

/// What is open to everybody: senders and whoever has a resume URL prove themselves otherwise, and what the interface is
/// like is no secret. `/metrics` is so only where the settings say that (`health.rs`).
const PUBLIC: &[&str] = &[
    "/webhook/{*hook_id}",
    "/resume/{token}",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/openapi.json",
    "/api/docs",
];

/// The paths of the routes in that piece of code.
fn paths(code: &str) -> BTreeSet<&str> {
    code.split(".route(").skip(1).map(|call| call.split('"').nth(1).unwrap()).collect()
}

fn public_and_guarded() -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let (public, guarded) = ROUTER.split_once("fn rest()").unwrap();
    (paths(public), paths(guarded))
}

/// The path with something in the place of its parameters. Nothing of it is there.
fn address(path: &str) -> String {
    let path = path.replace("{name}", "nothing").replace("{version}", "1").replace("{step}", "ask");
    format!("/api/v1{}", path.replace("{id}", "01977f00-0000-7000-8000-000000000001"))
}

fn needed(method: &Method, path: &str) -> Option<&'static str> {
    // Whoever may get something may get its head.
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    NEEDS.iter().find(|(verb, at, _)| (*verb, *at) == (method, path)).map(|(.., scope)| *scope)
}

#[test]
fn what_is_open_to_everybody_is_known_by_name() {
    assert_eq!(public_and_guarded().0, PUBLIC.iter().copied().collect());
}

#[tokio::test]
async fn without_a_token_every_route_says_the_same() {
    let app = TestApp::start().await;
    let (_, guarded) = public_and_guarded();
    for path in guarded.into_iter().chain(["/nowhere"]) {
        for method in METHODS {
            if needed(&method, path) == Some("none") {
                continue;
            }
            let request = Request::builder().method(&method).uri(address(path));
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{method} {path}");
            assert_eq!(answer.header("cache-control"), "private, no-cache", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_route_needs_the_scope_that_is_said_here() {
    let app = TestApp::start().await;
    let mut holders = Vec::new();
    for scope in ["read", "write", "admin"] {
        holders.push((scope, app.token(scope, scope, &[]).await));
    }
    let (_, guarded) = public_and_guarded();
    assert_eq!(guarded, NEEDS.iter().map(|(_, path, _)| *path).collect());
    for path in guarded {
        for method in METHODS {
            let needed = needed(&method, path);
            let mut reaches = needed.is_none_or(|needed| needed == "none");
            for (scope, token) in &holders {
                reaches |= needed == Some(*scope);
                let request = bearing(token, method.clone(), &address(path)).body(Body::empty()).unwrap();
                let status = app.status(request).await;
                let told = format!("{method} {path} with {scope}: {status}");
                assert_eq!(status == StatusCode::METHOD_NOT_ALLOWED, needed.is_none(), "{told}");
                assert_eq!(status == StatusCode::FORBIDDEN, !reaches, "{told}");
                assert_ne!(status, StatusCode::UNAUTHORIZED, "{told}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_counts_in_its_header_and_nowhere_else() {
    let app = TestApp::start().await;
    let requests = [
        Request::builder().uri(format!("/api/v1/workflows?token={TOKEN}")),
        Request::builder().uri(format!("/api/v1/workflows?access_token={TOKEN}")),
        Request::builder().uri("/api/v1/workflows").header("x-api-key", TOKEN),
        Request::builder().uri("/api/v1/workflows").header("cookie", format!("token={TOKEN}")),
        Request::builder().uri("/api/v1/workflows").header("proxy-authorization", format!("Bearer {TOKEN}")),
        Request::builder().uri("/api/v1/workflows").header("x-http-method-override", "GET"),
    ];
    for request in requests {
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        answer.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    }
}
