//! Resuming executions that wait.

use axum::body::Body;
use bellhop_vault::ResumeTokens;
use bellhop_workflow::ids::ExecutionId;
use http::{Method, Request, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{Answer, START, TestApp};
use crate::node::Node;
use crate::sources::APPROVAL;

/// An execution that waits at its step `approval`, and that step's address.
async fn waiting(app: &TestApp) -> (ExecutionId, String) {
    app.create(APPROVAL).await.expect(StatusCode::CREATED);
    app.post("/api/v1/workflows/approval/run").await.expect(StatusCode::ACCEPTED);
    let node = Node::of(app);
    let id = node.claim().await.id;
    node.wait_at(id, &[("ask", "ask")]).await;
    (id, url(app, id, "ask"))
}

fn url(app: &TestApp, id: ExecutionId, path: &str) -> String {
    format!("/resume/{}", ResumeTokens::new(&app.key).mint(id.as_uuid(), path))
}

async fn public(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

#[rstest]
#[case(&[JSON], r#"{"any": ["thing"]}"#, json!({ "any": ["thing"] }))]
#[case(&[], "", Value::Null)]
#[case(&[FORM], "approved=false&comment=too+dear&lead=a%26b", json!({ "approved": false, "comment": "too dear", "lead": "a&b" }))]
#[tokio::test]
async fn a_call_resumes_with_what_it_brings(
    #[case] headers: &[(&str, &str)],
    #[case] body: &str,
    #[case] payload: Value,
) {
    let app = TestApp::start().await;
    let (id, url) = waiting(&app).await;

    let answer = public(&app, Method::POST, &url, headers, body).await.expect(StatusCode::OK);

    assert_eq!(answer, json!({ "resumed": true, "execution": id.to_string(), "step": "ask" }));
    assert_eq!(app.store.resumed(id, "ask").await.unwrap(), Some(payload));
    assert_eq!(Node::of(&app).claim_now().await.unwrap().id, id);
}

#[tokio::test]
async fn only_the_first_call_counts() {
    let app = TestApp::start().await;
    let (id, url) = waiting(&app).await;
    public(&app, Method::POST, &url, &[JSON], "1").await.expect(StatusCode::OK);

    let again = public(&app, Method::POST, &url, &[JSON], "2").await;

    again.problem(StatusCode::CONFLICT, "/problems/already-resumed");
    assert_eq!(app.store.resumed(id, "ask").await.unwrap(), Some(json!(1)));
    let node = Node::of(&app);
    let claimed = node.claim().await;
    node.succeed(claimed.id, None).await;
    let late = public(&app, Method::POST, &url, &[JSON], "3").await;
    late.problem(StatusCode::CONFLICT, "/problems/already-resumed");
}

#[tokio::test]
async fn what_has_ended_or_run_out_of_time_is_gone() {
    let app = TestApp::start().await;
    let (id, ask) = waiting(&app).await;
    app.store.expire_wait(id, "ask", START).await.unwrap();

    let expired = public(&app, Method::POST, &ask, &[], "").await;
    expired.problem(StatusCode::GONE, "/problems/not-waiting-any-more");

    let node = Node::of(&app);
    app.store.resume(id, "other", &Value::Null, START).await.unwrap();
    let claimed = node.claim().await;
    node.succeed(claimed.id, None).await;
    let ended = public(&app, Method::POST, &url(&app, id, "third"), &[], "").await;
    ended.problem(StatusCode::GONE, "/problems/not-waiting-any-more");
}

#[tokio::test]
async fn forged_and_unknown_tokens_get_the_same_answer() {
    let app = TestApp::start().await;
    let (id, genuine) = waiting(&app).await;
    let unknown = url(&app, ExecutionId::generate(START), "ask");
    let altered = format!("{}A", &genuine[..genuine.len() - 1]);

    let mut answers = Vec::new();
    for address in [&unknown, &altered, "/resume/forged", "/resume/%FF"] {
        for method in [Method::POST, Method::GET] {
            let answer = public(&app, method, address, &[], "").await;
            answers.push(answer.problem(StatusCode::NOT_FOUND, "/problems/not-found"));
        }
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(app.store.resumed(id, "ask").await.unwrap(), None);
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_json_resumes_nothing() {
    let app = TestApp::start().await;
    let (id, url) = waiting(&app).await;

    let large = public(&app, Method::POST, &url, &[JSON], &"x".repeat(5_000)).await;
    large.problem(StatusCode::PAYLOAD_TOO_LARGE, "/problems/body-too-large");
    let broken = public(&app, Method::POST, &url, &[JSON], "{").await;
    broken.problem(StatusCode::BAD_REQUEST, "/problems/malformed-body");
    let image = public(&app, Method::POST, &url, &[("content-type", "image/png")], "x").await;
    image.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "/problems/unsupported-media-type");

    assert_eq!(app.store.resumed(id, "ask").await.unwrap(), None);
}

#[tokio::test]
async fn the_page_asks_and_changes_nothing() {
    let app = TestApp::start().await;
    let (id, url) = waiting(&app).await;

    let page = public(&app, Method::GET, &url, &[BROWSER], "").await;

    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(page.text.contains("Shall we &lt;b&gt;sell&lt;/b&gt;?"), "{}", page.text);
    assert!(page.text.contains(r#"<button name="approved" value="true">Approve</button>"#), "{}", page.text);
    assert!(page.text.contains(r#"<form method="post">"#) && !page.text.contains("<script"), "{}", page.text);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("no-referrer", "no-store"));
    assert_eq!(app.store.resumed(id, "ask").await.unwrap(), None);
    let shown = app.store.execution(id).await.unwrap().unwrap();
    assert_eq!(shown.status.as_str(), "waiting");
}

#[tokio::test]
async fn a_browser_is_answered_with_pages() {
    let app = TestApp::start().await;
    let (id, url) = waiting(&app).await;

    let thanks = public(&app, Method::POST, &url, &[FORM, BROWSER], "comment=&approved=true").await;
    let again = public(&app, Method::POST, &url, &[FORM, BROWSER], "approved=false").await;
    let look = public(&app, Method::GET, &url, &[BROWSER], "").await;

    assert_eq!(thanks.status, StatusCode::OK);
    assert!(thanks.text.contains("Your decision is recorded."), "{}", thanks.text);
    for refused in [again, look] {
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("The wait was resumed before"), "{}", refused.text);
    }
    assert_eq!(app.store.resumed(id, "ask").await.unwrap(), Some(json!({ "approved": true })));
}

#[tokio::test]
async fn an_operator_resumes_a_step_by_its_id_or_by_its_path() {
    let app = TestApp::start().await;
    app.create(APPROVAL).await.expect(StatusCode::CREATED);
    app.post("/api/v1/workflows/approval/run").await.expect(StatusCode::ACCEPTED);
    let node = Node::of(&app);
    let id = node.claim().await.id;
    let steps = format!("/api/v1/executions/{id}/steps");

    // Before it is reached: kept for it.
    let early = app.post_json(&format!("{steps}/ask/resume"), json!("early")).await.expect(StatusCode::OK);
    assert_eq!(early["step"], "ask");
    // In two rounds of a list at once.
    node.wait_at(id, &[("confirm", "each/0/confirm"), ("confirm", "each/1/confirm")]).await;
    let which = app.post(&format!("{steps}/confirm/resume")).await;
    let problem = which.problem(StatusCode::CONFLICT, "/problems/ambiguous-step");
    assert!(problem["detail"].as_str().unwrap().contains("`each/1/confirm`"), "{problem}");
    let second = app.post_json(&format!("{steps}/each%2F1%2Fconfirm/resume"), json!(1)).await;
    assert_eq!(second.expect(StatusCode::OK)["step"], "each/1/confirm");

    assert_eq!(app.store.resumed(id, "ask").await.unwrap(), Some(json!("early")));
    assert_eq!(app.store.resumed(id, "each/1/confirm").await.unwrap(), Some(json!(1)));
    assert_eq!(app.store.resumed(id, "each/0/confirm").await.unwrap(), None);
}

#[tokio::test]
async fn an_operator_can_resume_only_what_waits() {
    let app = TestApp::start().await;
    let (id, _) = waiting(&app).await;
    let resume = |step: &str| format!("/api/v1/executions/{id}/steps/{step}/resume");

    let no_wait = app.post(&resume("say")).await;
    no_wait.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    let unreached = app.post(&resume("confirm")).await;
    unreached.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    let elsewhere =
        app.post(&format!("/api/v1/executions/{}/steps/ask/resume", ExecutionId::generate(START))).await;
    elsewhere.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    app.post(&resume("ask")).await.expect(StatusCode::OK);
    let again = app.post(&resume("ask")).await;
    again.problem(StatusCode::CONFLICT, "/problems/already-resumed");
    let stranger = public(&app, Method::POST, &resume("ask"), &[], "").await;
    stranger.problem(StatusCode::UNAUTHORIZED, "/problems/unauthorized");
}
