//! Browsers: opened with a token, no further than it reaches and no longer than it lives, and by no other site.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{Answer, TOKEN, TestApp, bearing};
use crate::sources::GREET;

const SESSION: &str = "/api/v1/session";

/// A browser that keeps its cookie.
struct Browser<'a> {
    app: &'a TestApp,
    /// `name=value`.
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn open(app: &'a TestApp, token: &str) -> Self {
        let opened = opening(app, token, &[]).await;
        let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
        opened.expect(StatusCode::CREATED);
        Self { app, cookie }
    }

    async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call_at(self.app, method, path, headers).await
    }

    async fn call_at(&self, app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("cookie", format!("theme=dark; {}", self.cookie));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        app.send(request.body(Body::empty()).unwrap()).await
    }

    async fn look(&self) -> StatusCode {
        self.call(Method::GET, "/api/v1/workflows", &[]).await.status
    }
}

async fn opening(app: &TestApp, token: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request =
        Request::builder().method(Method::POST).uri(SESSION).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(json!({ "token": token }).to_string().into()).unwrap()).await
}

#[tokio::test]
async fn a_browser_shows_a_cookie_in_the_place_of_the_token() {
    let app = TestApp::start().await;
    let token = app.token("ann", "read", &["greet"]).await;
    let opened = opening(&app, &token, &[]).await;
    assert!(!opened.header("set-cookie").contains(&token[3..]), "the token itself stays out of it");
    let (cookie, attributes) = opened.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure");
    assert!(cookie.starts_with("__Host-bellhop=") && cookie.len() > 60, "{cookie}");
    assert_eq!(opened.header("cache-control"), "no-store");
    let cookie = cookie.to_owned();
    let identity = json!({
        "name": "ann", "scope": "read", "workflows": ["greet"], "session_expires_at": "2026-03-02T21:00:14.000000Z"
    });
    assert_eq!(opened.expect(StatusCode::CREATED), identity);

    let browser = Browser { app: &app, cookie };
    assert_eq!(browser.call(Method::GET, SESSION, &[]).await.expect(StatusCode::OK), identity);
    assert_eq!(browser.look().await, StatusCode::OK);
    let other = browser.call(Method::GET, "/api/v1/workflows/other", &[]).await;
    other.problem(StatusCode::FORBIDDEN, "/problems/other-workflows");
    let change =
        browser.call(Method::POST, "/api/v1/workflows/greet/run", &[("x-bellhop-request", "1")]).await;
    change.problem(StatusCode::FORBIDDEN, "/problems/insufficient-scope");
    let value = browser.cookie.split_once('=').unwrap().1;
    let stored = app.database_bytes();
    assert!(!stored.windows(value.len()).any(|part| part == value.as_bytes()));
}

#[tokio::test]
async fn whoever_shows_the_token_itself_is_told_who_that_is() {
    let app = TestApp::start().await;
    let identity = app.get(SESSION).await.expect(StatusCode::OK);
    let expected =
        json!({ "name": "api-token", "scope": "admin", "workflows": null, "session_expires_at": null });
    assert_eq!(identity, expected);
}

#[rstest]
#[case::no_header(&[], false)]
#[case::header(&[("x-bellhop-request", "1")], true)]
#[case::same_origin(&[("x-bellhop-request", "1"), ("sec-fetch-site", "same-origin")], true)]
#[case::cross_site(&[("x-bellhop-request", "1"), ("sec-fetch-site", "cross-site")], false)]
#[case::neighbour(&[("x-bellhop-request", "1"), ("sec-fetch-site", "same-site")], false)]
#[case::public_origin(&[("x-bellhop-request", "1"), ("origin", "https://hooks.example.com")], true)]
#[case::asked_origin(&[("x-bellhop-request", "1"), ("origin", "http://10.0.0.7:8080"), ("host", "10.0.0.7:8080")], true)]
#[case::other_origin(&[("x-bellhop-request", "1"), ("origin", "https://evil.example")], false)]
#[case::no_origin(&[("x-bellhop-request", "1"), ("origin", "null")], false)]
#[case::longer_origin(&[("x-bellhop-request", "1"), ("origin", "https://hooks.example.com.evil.example")], false)]
#[tokio::test]
async fn a_change_comes_from_a_page_of_this_server(#[case] headers: &[(&str, &str)], #[case] taken: bool) {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let browser = Browser::open(&app, TOKEN).await;
    let answer = browser.call(Method::DELETE, "/api/v1/workflows/greet", headers).await;
    if taken {
        answer.expect(StatusCode::NO_CONTENT);
        let log = app.get("/api/v1/audit?limit=1").await.expect(StatusCode::OK);
        assert_eq!(log["items"][0]["actor"]["name"], "api-token");
    } else {
        answer.problem(StatusCode::FORBIDDEN, "/problems/cross-site");
        assert_eq!(app.get("/api/v1/workflows/greet").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn whoever_shows_a_token_needs_none_of_that() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let request =
        bearing(TOKEN, Method::DELETE, "/api/v1/workflows/greet").header("origin", "https://tool.example");
    app.send(request.body(Body::empty()).unwrap()).await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn no_other_site_opens_a_browser() {
    let app = TestApp::start().await;
    for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        opening(&app, TOKEN, &[header]).await.problem(StatusCode::FORBIDDEN, "/problems/cross-site");
    }
    // A form of another page can send text, and no JSON.
    let form = Request::post(SESSION)
        .header("content-type", "text/plain")
        .body(json!({ "token": TOKEN }).to_string());
    let answer = app.send(form.unwrap().map(Body::from)).await;
    answer.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "/problems/unsupported-media-type");
}

#[rstest]
#[case::wrong(json!({ "token": "bh_wrong" }), StatusCode::UNAUTHORIZED)]
#[case::none(json!({}), StatusCode::UNPROCESSABLE_ENTITY)]
#[case::not_text(json!({ "token": 1 }), StatusCode::UNPROCESSABLE_ENTITY)]
#[case::bare(json!("bh_wrong"), StatusCode::UNPROCESSABLE_ENTITY)]
#[tokio::test]
async fn what_is_no_token_opens_nothing(#[case] body: Value, #[case] status: StatusCode) {
    let app = TestApp::start().await;
    let request =
        Request::post(SESSION).header("content-type", "application/json").body(body.to_string().into());
    let answer = app.send(request.unwrap()).await;
    assert!(
        !answer.headers.contains_key("set-cookie") && !answer.text.contains("bh_wrong"),
        "{}",
        answer.text
    );
    assert_eq!(answer.status, status);
}

#[tokio::test]
async fn guesses_are_counted_here_as_everywhere() {
    let app = TestApp::start().await;
    for _ in 0..10 {
        opening(&app, "bh_wrong", &[]).await.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    }
    let answer = opening(&app, "bh_wrong", &[]).await;
    answer.problem(StatusCode::TOO_MANY_REQUESTS, "/problems/too-many-attempts");
}

#[tokio::test]
async fn a_browser_ends_with_its_token() {
    let app = TestApp::start().await;
    let made = app.new_token(json!({ "name": "ann", "scope": "read" })).await;
    let browser = Browser::open(&app, made["token"].as_str().unwrap()).await;
    assert_eq!(browser.look().await, StatusCode::OK);
    let token = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    app.call(Method::DELETE, &token).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(browser.look().await, StatusCode::UNAUTHORIZED);

    let made = app.new_token(json!({ "name": "bob", "scope": "read", "expires_in": "1h" })).await;
    let browser = Browser::open(&app, made["token"].as_str().unwrap()).await;
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(browser.look().await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_browser_ends_with_its_day() {
    let app = TestApp::start().await;
    let browser = Browser::open(&app, TOKEN).await;
    app.clock.advance(Duration::from_secs(12 * 3_600 - 1));
    assert_eq!(browser.look().await, StatusCode::OK);
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(browser.look().await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_browser_that_is_shut_is_shut_on_every_node_and_others_are_not() {
    let app = TestApp::start().await;
    let (browser, other) = (Browser::open(&app, TOKEN).await, Browser::open(&app, TOKEN).await);
    assert_ne!(browser.cookie, other.cookie);
    let without = browser.call(Method::DELETE, SESSION, &[]).await;
    without.problem(StatusCode::FORBIDDEN, "/problems/cross-site");
    let shut = browser.call(Method::DELETE, SESSION, &[("x-bellhop-request", "1")]).await;
    assert!(shut.header("set-cookie").starts_with("__Host-bellhop=; Path=/; Max-Age=0;"));
    shut.expect(StatusCode::NO_CONTENT);
    assert_eq!(browser.look().await, StatusCode::UNAUTHORIZED);
    let node = app.another_node();
    let there = browser.call_at(&node, Method::GET, "/api/v1/workflows", &[]).await;
    there.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    assert_eq!(other.look().await, StatusCode::OK);
    other.call_at(&node, Method::GET, "/api/v1/workflows", &[]).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_cookie_is_no_token_and_a_token_no_cookie() {
    let app = TestApp::start().await;
    let browser = Browser::open(&app, TOKEN).await;
    let value = browser.cookie.split_once('=').unwrap().1;
    let answer = app.call_as(value, Method::GET, "/api/v1/workflows").await;
    answer.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    for cookie in
        [format!("__Host-bellhop={TOKEN}"), format!("bellhop={value}"), format!("__Host-bellhop2={value}")]
    {
        assert_eq!(Browser { app: &app, cookie }.look().await, StatusCode::UNAUTHORIZED);
    }
}
