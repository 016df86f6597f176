//! Two editors cannot overwrite each other.

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::json;

use crate::app::{Answer, TestApp, operator};
use crate::sources::{GREET, named};

const PATH: &str = "/api/v1/workflows/greet";

/// A call with a header and, where there is some, a workflow.
async fn call(app: &TestApp, method: Method, header: (&str, &str), yaml: Option<&str>) -> Answer {
    let path = if method == Method::POST { "/api/v1/workflows" } else { PATH };
    let request =
        operator(method, path).header(header.0, header.1).header("content-type", "application/yaml");
    app.send(request.body(yaml.map_or_else(Body::empty, |yaml| yaml.to_owned().into())).unwrap()).await
}

fn louder() -> String {
    GREET.replace("hello", "HELLO")
}

async fn created() -> (TestApp, String) {
    let app = TestApp::start().await;
    let created = app.create(GREET).await;
    let tag = created.header("etag").to_owned();
    created.expect(StatusCode::CREATED);
    (app, tag)
}

#[tokio::test]
async fn an_answer_says_which_state_it_is() {
    let (app, tag) = created().await;
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{tag}");
    assert_eq!(app.get(PATH).await.header("etag"), tag);
    let changed = call(&app, Method::PUT, ("if-match", &tag), Some(&louder())).await;
    let after = changed.header("etag").to_owned();
    assert_eq!(changed.expect(StatusCode::OK)["version"], 2);
    assert_ne!(after, tag);
    assert_eq!(app.get(PATH).await.header("etag"), after);
}

#[tokio::test]
async fn the_second_of_two_editors_is_told_of_the_first() {
    let (app, tag) = created().await;
    call(&app, Method::PUT, ("if-match", &tag), Some(&louder())).await.expect(StatusCode::OK);
    let other = GREET.replace("hello", "good day");
    let refused = call(&app, Method::PUT, ("if-match", &tag), Some(&other)).await;
    let problem = refused.problem(StatusCode::PRECONDITION_FAILED, "/problems/precondition-failed");
    assert_eq!(problem["version"], 2);
    assert!(problem["detail"].as_str().unwrap().contains("Version 2"), "{problem}");
    assert_eq!(app.get(PATH).await.expect(StatusCode::OK)["yaml"], louder());

    // Whoever lost the answer to the first try is not told that somebody else was faster.
    call(&app, Method::PUT, ("if-match", &tag), Some(&louder())).await.expect(StatusCode::OK);
    // Any state, and one of several.
    call(&app, Method::PUT, ("if-match", "*"), Some(GREET)).await.expect(StatusCode::OK);
    let tag = app.get(PATH).await.header("etag").to_owned();
    let either = format!("\"another\", {tag}");
    call(&app, Method::PUT, ("if-match", &either), Some(&other)).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn of_many_editors_at_once_one_is_first() {
    let (app, tag) = created().await;
    let texts: Vec<String> =
        (0..8).map(|editor| GREET.replace("hello", &format!("hello {editor}"))).collect();
    let edits = texts.iter().map(|yaml| call(&app, Method::PUT, ("if-match", &tag), Some(yaml)));
    let mut statuses: Vec<_> =
        futures::future::join_all(edits).await.iter().map(|answer| answer.status).collect();
    statuses.sort();
    assert_eq!(statuses[0], StatusCode::OK);
    assert!(statuses[1..].iter().all(|status| *status == StatusCode::PRECONDITION_FAILED), "{statuses:?}");
    assert_eq!(app.get(PATH).await.expect(StatusCode::OK)["version"], 2);
}

#[tokio::test]
async fn what_happens_to_a_workflow_is_no_edit_of_it() {
    let (app, tag) = created().await;
    app.post(&format!("{PATH}/activate")).await.expect(StatusCode::OK);
    // Its state has changed, so that nobody goes on with the old one.
    let looked = call(&app, Method::GET, ("if-none-match", &tag), None).await;
    assert_eq!(looked.expect(StatusCode::OK)["state"], "active");
    call(&app, Method::PUT, ("if-match", &tag), Some(&louder())).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn what_somebody_has_already_is_not_sent_again() {
    let (app, tag) = created().await;
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let answer = call(&app, Method::GET, ("if-none-match", &known), None).await;
        assert_eq!(answer.header("etag"), tag, "{known}");
        assert_eq!(answer.header("cache-control"), "private, no-cache", "{known}");
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
    }
    call(&app, Method::GET, ("if-none-match", "\"another\""), None).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_deletion_may_be_meant_for_one_version_only() {
    let (app, tag) = created().await;
    call(&app, Method::PUT, ("if-match", "*"), Some(&louder())).await.expect(StatusCode::OK);
    app.post(&format!("{PATH}/activate")).await.expect(StatusCode::OK);
    let refused = call(&app, Method::DELETE, ("if-match", &tag), None).await;
    let problem = refused.problem(StatusCode::PRECONDITION_FAILED, "/problems/precondition-failed");
    assert_eq!(problem["version"], 2);
    let still = app.get(PATH).await;
    let tag = still.header("etag").to_owned();
    assert_eq!(still.expect(StatusCode::OK)["state"], "active", "it was not even switched off");
    call(&app, Method::DELETE, ("if-match", &tag), None).await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_workflow_of_the_same_name_is_another_one() {
    let (app, tag) = created().await;
    app.call(Method::DELETE, PATH).await.expect(StatusCode::NO_CONTENT);
    let gone = call(&app, Method::PUT, ("if-match", &tag), Some(&louder())).await;
    gone.problem(StatusCode::NOT_FOUND, "/problems/not-found");
    app.create(GREET).await.expect(StatusCode::CREATED);
    let refused = call(&app, Method::PUT, ("if-match", &tag), Some(&louder())).await;
    refused.problem(StatusCode::PRECONDITION_FAILED, "/problems/precondition-failed");
}

#[tokio::test]
async fn who_wants_to_create_does_not_overwrite() {
    let app = TestApp::start().await;
    let new = ("if-none-match", "*");
    let created = call(&app, Method::PUT, new, Some(GREET)).await;
    assert_eq!(created.header("location"), PATH);
    assert_eq!(created.expect(StatusCode::CREATED)["version"], 1);
    for method in [Method::PUT, Method::POST] {
        let refused = call(&app, method, new, Some(&louder())).await;
        let problem = refused.problem(StatusCode::PRECONDITION_FAILED, "/problems/precondition-failed");
        assert_eq!(problem["version"], 1);
    }
    assert_eq!(app.get(PATH).await.expect(StatusCode::OK)["yaml"], GREET);
    let misnamed = call(&app, Method::PUT, new, Some(&named(GREET, "other"))).await;
    misnamed.problem(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid-workflow");
}

#[tokio::test]
async fn a_condition_that_is_none_is_refused() {
    let (app, tag) = created().await;
    for (method, header) in [
        (Method::PUT, ("if-match", "1")),
        (Method::DELETE, ("if-match", "\"open")),
        (Method::GET, ("if-none-match", "a b")),
        (Method::PUT, ("if-none-match", tag.as_str())),
    ] {
        let answer = call(&app, method, header, Some(&louder())).await;
        let problem = answer.problem(StatusCode::BAD_REQUEST, "/problems/invalid-header");
        assert!(problem["detail"].as_str().unwrap().contains(header.0), "{problem}");
    }
    // Of a state that may be another, nobody knows which it is.
    let weak = format!("W/{tag}");
    let answer = call(&app, Method::PUT, ("if-match", &weak), Some(&louder())).await;
    answer.problem(StatusCode::PRECONDITION_FAILED, "/problems/precondition-failed");
    assert_eq!(app.get(PATH).await.expect(StatusCode::OK)["version"], json!(1));
}
