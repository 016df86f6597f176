//! Deleting finished executions before their time.

use http::{Method, StatusCode};
use serde_json::json;

use crate::app::TestApp;
use crate::node::Node;
use crate::sources::GREET;

async fn start(app: &TestApp) -> String {
    let started = app.post("/api/v1/workflows/greet/run").await.expect(StatusCode::ACCEPTED);
    started["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_the_filters_find_is_gone_and_what_has_not_ended_stays() {
    let app = TestApp::start().await;
    app.create(GREET).await.expect(StatusCode::CREATED);
    let node = Node::of(&app);
    let (failed, succeeded) = (start(&app).await, start(&app).await);
    node.fail(node.claim().await.id).await;
    node.succeed(node.claim().await.id, None).await;
    let queued = start(&app).await;

    let pruned = app.call(Method::DELETE, "/api/v1/executions?workflow=greet&status=failed").await;

    assert_eq!(pruned.expect(StatusCode::OK), json!({ "deleted": 1, "next_cursor": null }));
    app.get(&format!("/api/v1/executions/{failed}")).await.expect(StatusCode::NOT_FOUND);
    app.get(&format!("/api/v1/executions/{succeeded}")).await.expect(StatusCode::OK);
    let all = app.call(Method::DELETE, "/api/v1/executions?until=2100-01-01T00:00:00Z").await;
    assert_eq!(all.expect(StatusCode::OK)["deleted"], 1);
    app.get(&format!("/api/v1/executions/{queued}")).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn nobody_deletes_everything_by_forgetting_the_filter() {
    let app = TestApp::start().await;
    let answer = app.call(Method::DELETE, "/api/v1/executions").await;
    let problem = answer.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
    assert!(problem["detail"].as_str().unwrap().contains("`until`"), "{problem}");
    // An empty value counts as not given.
    let answer = app.call(Method::DELETE, "/api/v1/executions?workflow=").await;
    answer.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
    let answer = app.call(Method::DELETE, "/api/v1/executions?limit=1").await;
    answer.problem(StatusCode::BAD_REQUEST, "/problems/invalid-parameter");
}
