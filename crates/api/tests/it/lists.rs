//! Lists come page by page, each item once, whatever happens meanwhile.

use http::StatusCode;
use serde_json::Value;

use crate::app::TestApp;
use crate::sources::{GREET, INBOX, named};

/// Follows a list from page to page and gives each item's `field`.
async fn walk(app: &TestApp, path: &str, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.get(&format!("{path}limit=2&cursor={cursor}")).await.expect(StatusCode::OK);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        found.extend(items.iter().map(|item| item[field].as_str().unwrap().to_owned()));
        match &page["next_cursor"] {
            Value::Null => return found,
            next => next.as_str().unwrap().clone_into(&mut cursor),
        }
    }
}

async fn start(app: &TestApp, workflow: &str) -> String {
    let started = app.post(&format!("/api/v1/workflows/{workflow}/run")).await.expect(StatusCode::ACCEPTED);
    started["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn workflows_come_by_name() {
    let app = TestApp::start().await;
    for name in ["delta", "alpha", "echo", "bravo", "charlie"] {
        app.create(&named(GREET, name)).await.expect(StatusCode::CREATED);
    }
    assert_eq!(
        walk(&app, "/api/v1/workflows?", "name").await,
        ["alpha", "bravo", "charlie", "delta", "echo"]
    );
}

#[tokio::test]
async fn a_workflow_in_the_list_shows_how_it_has_been_doing() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    start(&app, "greet").await;
    let last = start(&app, "greet").await;
    let item = &app.get("/api/v1/workflows").await.expect(StatusCode::OK)["items"][0];
    assert_eq!(item["last_execution"]["id"], last);
    assert_eq!(item["last_execution"]["status"], "queued");
    assert_eq!((&item["counts"]["executions"], &item["counts"]["unfinished"]), (&2.into(), &2.into()));
}

#[tokio::test]
async fn executions_come_newest_first_and_can_be_filtered() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    app.create(&named(GREET, "other")).await.expect(StatusCode::CREATED);
    let mut newest_first = Vec::new();
    for workflow in ["greet", "other", "greet", "greet"] {
        newest_first.insert(0, start(&app, workflow).await);
    }
    assert_eq!(walk(&app, "/api/v1/executions?", "id").await, newest_first);
    let of_other = walk(&app, "/api/v1/executions?workflow=other&status=queued&trigger=manual&", "id").await;
    assert_eq!(of_other, [newest_first[2].clone()]);
    assert_eq!(walk(&app, "/api/v1/executions?status=failed&", "id").await, Vec::<String>::new());
    assert_eq!(
        walk(&app, "/api/v1/executions?since=2026-03-02T09:00:15Z&", "id").await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list() {
    let app = TestApp::start().await;
    for name in ["alpha", "bravo"] {
        app.create(&named(GREET, name)).await.expect(StatusCode::CREATED);
    }
    let page = app.get("/api/v1/workflows?limit=1").await.expect(StatusCode::OK);
    let cursor = page["next_cursor"].as_str().unwrap();
    let answer = app.get(&format!("/api/v1/executions?cursor={cursor}")).await;
    answer.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
}

#[tokio::test]
async fn registrations_are_listed_with_their_workflow_and_without_their_key() {
    let app = TestApp::start().await;
    for name in ["alpha", "bravo", "charlie"] {
        app.active_hook(&named(INBOX, name)).await;
    }
    let mut workflows = walk(&app, "/api/v1/registrations?", "workflow").await;
    workflows.sort_unstable();
    assert_eq!(workflows, ["alpha", "bravo", "charlie"]);
    let list = app.get("/api/v1/registrations").await;
    assert!(!list.text.contains("signature_key"));
}
