//! Tokens: shown once, taken until they end, and no further than they reach.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{Answer, TOKEN, TestApp, bearing};
use crate::node::Node;
use crate::sources::{GREET, INBOX, named};

const TOKENS: &str = "/api/v1/tokens";

async fn call_from(app: &TestApp, address: &str, token: &str) -> Answer {
    let mut request = bearing(token, Method::GET, "/api/v1/workflows").body(Body::empty()).unwrap();
    let address: SocketAddr = address.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(address));
    app.send(request).await
}

/// A detail of the problem.
fn detail(problem: &Value) -> &str {
    problem["detail"].as_str().unwrap()
}

#[tokio::test]
async fn a_token_is_shown_once_and_stored_nowhere() {
    let app = TestApp::start().await;
    let asked =
        json!({ "name": "ci", "scope": "write", "workflows": ["greet", "greet"], "expires_in": "30d" });
    let made = app.post_json(TOKENS, asked).await;
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.expect(StatusCode::CREATED);
    let token = made["token"].as_str().unwrap();
    let (prefix, bits) = token.split_at(3);
    assert_eq!((prefix, bits.len()), ("bh_", 64));
    assert!(bits.bytes().all(|byte| byte.is_ascii_hexdigit()));

    let listed = app.get(TOKENS).await;
    assert!(!listed.text.contains(bits), "{}", listed.text);
    let listed = listed.expect(StatusCode::OK);
    let expected = json!({
        "id": made["id"], "name": "ci", "scope": "write", "workflows": ["greet"],
        "created_at": "2026-03-02T09:00:14.000000Z", "expires_at": "2026-04-01T09:00:14.000000Z",
        "last_used_at": null, "revoked_at": null,
    });
    assert_eq!(listed["items"], json!([expected]));
    let stored = app.database_bytes();
    assert!(!stored.windows(64).any(|part| part == bits.as_bytes()));
}

#[tokio::test]
async fn a_revoked_token_ends_at_once() {
    let app = TestApp::start().await;
    let made = app.new_token(json!({ "name": "ci", "scope": "read" })).await;
    let (token, path) =
        (made["token"].as_str().unwrap(), format!("{TOKENS}/{}", made["id"].as_str().unwrap()));
    app.call_as(token, Method::GET, "/api/v1/workflows").await.expect(StatusCode::OK);
    app.call(Method::DELETE, &path).await.expect(StatusCode::NO_CONTENT);
    let answer = app.call_as(token, Method::GET, "/api/v1/workflows").await;
    answer.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    // Again is no mistake, and its row says when it was used and revoked.
    app.call(Method::DELETE, &path).await.expect(StatusCode::NO_CONTENT);
    let row = app.get(TOKENS).await.expect(StatusCode::OK)["items"][0].clone();
    assert_eq!(row["last_used_at"], "2026-03-02T09:00:14.000000Z");
    assert_eq!(row["revoked_at"], "2026-03-02T09:00:14.000000Z");
    let nobodys = format!("{TOKENS}/01977f00-0000-7000-8000-000000000001");
    app.call(Method::DELETE, &nobodys).await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
}

#[tokio::test]
async fn a_token_expires() {
    let app = TestApp::start().await;
    let made = app.new_token(json!({ "name": "ci", "scope": "read", "expires_in": "1h" })).await;
    let token = made["token"].as_str().unwrap();
    app.clock.advance(Duration::from_secs(3_599));
    app.call_as(token, Method::GET, "/api/v1/workflows").await.expect(StatusCode::OK);
    app.clock.advance(Duration::from_secs(1));
    let answer = app.call_as(token, Method::GET, "/api/v1/workflows").await;
    answer.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
}

#[tokio::test]
async fn what_one_node_gives_out_works_on_another() {
    let app = TestApp::start().await;
    let token = app.token("ci", "read", &[]).await;
    app.another_node().call_as(&token, Method::GET, "/api/v1/workflows").await.expect(StatusCode::OK);
}

#[rstest]
#[case::no_name(json!({ "name": "", "scope": "read" }), "`name`")]
#[case::a_name_of_ours(json!({ "name": "system", "scope": "read" }), "`api-token`")]
#[case::no_scope(json!({ "name": "ci", "scope": "root" }), "`read`, `write`, `admin`")]
#[case::bound_admin(json!({ "name": "ci", "scope": "admin", "workflows": ["a"] }), "`workflows`")]
#[case::bound_to_nothing(json!({ "name": "ci", "scope": "read", "workflows": [] }), "`workflows`")]
#[case::no_workflow(json!({ "name": "ci", "scope": "read", "workflows": ["../x"] }), "`../x`")]
#[case::no_end(json!({ "name": "ci", "scope": "read", "expires_in": "soon" }), "`expires_in`")]
#[case::past(json!({ "name": "ci", "scope": "read", "expires_at": "2020-01-01T00:00:00Z" }), "expired already")]
#[tokio::test]
async fn what_can_be_no_token_is_refused(#[case] asked: Value, #[case] why: &str) {
    let app = TestApp::start().await;
    let answer = app.post_json(TOKENS, asked).await;
    let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-token");
    assert!(detail(&problem).contains(why), "{problem}");
}

#[tokio::test]
async fn a_name_is_free_once_its_token_is_revoked() {
    let app = TestApp::start().await;
    let asked = json!({ "name": "ci", "scope": "read" });
    let id = app.new_token(asked.clone()).await["id"].as_str().unwrap().to_owned();
    let again = app.post_json(TOKENS, asked.clone()).await;
    again.problem(StatusCode::CONFLICT, "/problems/token-name-taken");
    app.call(Method::DELETE, &format!("{TOKENS}/{id}")).await.expect(StatusCode::NO_CONTENT);
    app.new_token(asked).await;
}

#[tokio::test]
async fn a_refusal_names_the_scope_that_is_needed() {
    let app = TestApp::start().await;
    let reader = app.token("reader", "read", &[]).await;
    let answer = app.call_as(&reader, Method::POST, "/api/v1/workflows/greet/run").await;
    assert_eq!(answer.header("www-authenticate"), r#"Bearer error="insufficient_scope", scope="write""#);
    let problem = answer.problem(StatusCode::FORBIDDEN, "/problems/insufficient-scope");
    assert!(detail(&problem).contains("`write`") && detail(&problem).contains("`read`"), "{problem}");
}

/// Executions and deliveries of three workflows; the token is for two of them, `one` and `two`.
struct Bound {
    app: TestApp,
    token: String,
    /// Of `one`, `two` and `other`.
    executions: Vec<String>,
}

const NAMES: [&str; 3] = ["one", "two", "other"];

impl Bound {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let mut executions = Vec::new();
        for name in NAMES {
            let hook = app.active_hook(&named(INBOX, name)).await;
            let body = json!({ "size": 11 }).to_string();
            let sent =
                http::Request::post(&hook).header("content-type", "application/json").body(body.into());
            app.send(sent.unwrap()).await.expect(StatusCode::OK);
            let started =
                app.post(&format!("/api/v1/workflows/{name}/run")).await.expect(StatusCode::ACCEPTED);
            executions.push(started["id"].as_str().unwrap().to_owned());
        }
        let token = app.token("bound", "write", &["one", "two"]).await;
        Self { app, token, executions }
    }

    async fn call(&self, method: Method, path: &str) -> Answer {
        self.app.call_as(&self.token, method, &format!("/api/v1{path}")).await
    }

    /// Which workflows the items of a list are of, in the order of their names.
    async fn listed(&self, path: &str, field: &str) -> Vec<String> {
        let list = self.call(Method::GET, path).await.expect(StatusCode::OK);
        let items = list["items"].as_array().unwrap().iter();
        let mut names: Vec<String> = items.map(|item| item[field].as_str().unwrap().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    }
}

#[tokio::test]
async fn lists_show_what_the_token_is_for() {
    let bound = Bound::new().await;
    for (path, field) in [
        ("/workflows", "name"),
        ("/executions", "workflow"),
        ("/executions?status=queued", "workflow"),
        ("/deliveries", "workflow"),
        ("/deliveries?outcome=accepted", "workflow"),
        ("/registrations", "workflow"),
    ] {
        assert_eq!(bound.listed(path, field).await, ["one", "two"], "{path}");
    }
    let only = bound.app.token("only", "read", &["two"]).await;
    let list = bound.app.call_as(&only, Method::GET, "/api/v1/executions").await.expect(StatusCode::OK);
    let items = list["items"].as_array().unwrap();
    assert!(!items.is_empty() && items.iter().all(|item| item["workflow"] == "two"), "{list}");
}

#[tokio::test]
async fn what_is_of_other_workflows_is_not_there_for_it() {
    let bound = Bound::new().await;
    let refused = [
        (Method::GET, "/workflows/other"),
        // Nothing is told of whether there is one.
        (Method::GET, "/workflows/nobodys"),
        (Method::GET, "/workflows/other/versions"),
        (Method::GET, "/workflows/other/versions/1"),
        (Method::DELETE, "/workflows/other"),
        (Method::POST, "/workflows/other/activate"),
        (Method::POST, "/workflows/other/deactivate"),
        (Method::POST, "/workflows/other/run"),
        (Method::GET, "/state/other"),
        (Method::GET, "/executions?workflow=other"),
        (Method::DELETE, "/executions?workflow=other"),
        (Method::GET, "/deliveries?workflow=other"),
        (Method::GET, "/deliveries/rejections?workflow=other"),
        (Method::GET, "/credentials"),
        (Method::GET, "/credentials/from-env"),
    ];
    for (method, path) in refused {
        let problem =
            bound.call(method, path).await.problem(StatusCode::FORBIDDEN, "/problems/other-workflows");
        assert!(detail(&problem).contains("`one`, `two`"), "{path}: {problem}");
    }
    let deliveries = bound.app.get("/api/v1/deliveries?workflow=other").await.expect(StatusCode::OK);
    let (execution, delivery) = (&bound.executions[2], deliveries["items"][0]["id"].as_str().unwrap());
    for (method, path) in [
        (Method::GET, format!("/executions/{execution}")),
        (Method::POST, format!("/executions/{execution}/cancel")),
        (Method::POST, format!("/executions/{execution}/retry")),
        (Method::POST, format!("/executions/{execution}/steps/ask/resume")),
        (Method::GET, format!("/deliveries/{delivery}")),
        (Method::POST, format!("/deliveries/{delivery}/replay")),
    ] {
        bound.call(method, &path).await.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    }
    let mut put = bearing(&bound.token, Method::PUT, "/api/v1/workflows/other");
    put = put.header("content-type", "application/yaml");
    let answer = bound.app.send(put.body(named(INBOX, "other").into()).unwrap()).await;
    answer.problem(StatusCode::FORBIDDEN, "/problems/other-workflows");
    let mut post = bearing(&bound.token, Method::POST, "/api/v1/workflows");
    post = post.header("content-type", "application/yaml");
    let answer = bound.app.send(post.body(named(INBOX, "fourth").into()).unwrap()).await;
    answer.problem(StatusCode::FORBIDDEN, "/problems/other-workflows");
    let other = bound.app.get("/api/v1/workflows/other").await.expect(StatusCode::OK);
    assert_eq!((&other["version"], &other["state"]), (&json!(1), &json!("active")));
}

#[tokio::test]
async fn what_is_of_its_own_workflows_it_may_do() {
    let bound = Bound::new().await;
    bound.call(Method::GET, "/workflows/one").await.expect(StatusCode::OK);
    bound.call(Method::POST, "/workflows/one/run").await.expect(StatusCode::ACCEPTED);
    let execution = format!("/executions/{}", bound.executions[0]);
    bound.call(Method::POST, &format!("{execution}/cancel")).await.expect(StatusCode::OK);
    bound.call(Method::POST, &format!("{execution}/retry")).await.expect(StatusCode::ACCEPTED);
    bound.call(Method::POST, "/workflows/two/deactivate").await.expect(StatusCode::OK);
    bound.call(Method::DELETE, "/workflows/two").await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn it_deletes_no_history_but_that_of_its_own() {
    let bound = Bound::new().await;
    let node = Node::of(&bound.app);
    while let Some(claimed) = node.claim_now().await {
        node.succeed(claimed.id, None).await;
    }
    let pruned = bound.call(Method::DELETE, "/executions?until=2100-01-01T00:00:00Z").await;
    assert_eq!(pruned.expect(StatusCode::OK)["deleted"], 4);
    let left = bound.app.get("/api/v1/executions").await.expect(StatusCode::OK);
    let left: Vec<_> = left["items"].as_array().unwrap().iter().map(|item| &item["workflow"]).collect();
    assert_eq!(left, ["other", "other"]);
}

#[tokio::test]
async fn wrong_tokens_from_one_address_are_held_off() {
    let app = TestApp::start().await;
    let token = app.token("ci", "read", &[]).await;
    for attempt in 0..10 {
        let answer = call_from(&app, "192.0.2.1:5000", &format!("bh_wrong{attempt}")).await;
        answer.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    }
    app.clock.advance(Duration::from_millis(20_500));
    let answer = call_from(&app, "192.0.2.1:6000", "bh_wrong").await;
    assert_eq!(answer.header("retry-after"), "40");
    answer.problem(StatusCode::TOO_MANY_REQUESTS, "/problems/too-many-attempts");

    // The short token of the settings could be guessed, so it has to wait as well; elsewhere it works.
    let answer = call_from(&app, "192.0.2.1:6000", TOKEN).await;
    answer.problem(StatusCode::TOO_MANY_REQUESTS, "/problems/too-many-attempts");
    call_from(&app, "192.0.2.2:5000", TOKEN).await.expect(StatusCode::OK);
    call_from(&app, "192.0.2.2:5000", &token).await.expect(StatusCode::OK);
    // A random one that is known cannot be guessed, and many may share an address.
    call_from(&app, "192.0.2.1:6000", &token).await.expect(StatusCode::OK);

    app.clock.advance(Duration::from_millis(39_500));
    call_from(&app, "192.0.2.1:6000", TOKEN).await.expect(StatusCode::OK);
    call_from(&app, "192.0.2.1:6000", "bh_wrong").await.expect(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whoever_shows_no_token_is_not_guessing() {
    let app = TestApp::start().await;
    for _ in 0..20 {
        let request = http::Request::get("/api/v1/workflows").body(Body::empty()).unwrap();
        app.send(request).await.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
    }
    app.create(GREET).await.expect(StatusCode::CREATED);
}
