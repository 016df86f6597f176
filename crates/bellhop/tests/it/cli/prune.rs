//! Pruning: only what was meant, and to the end.

use serde_json::json;
use wiremock::matchers::{query_param, query_param_is_missing};

use super::{Desk, call, json_answer};

#[tokio::test]
async fn it_goes_on_until_everything_is_gone() {
    let desk = Desk::new().await;
    let first = json_answer(200, &json!({ "deleted": 2048, "next_cursor": "rest" }));
    call("DELETE", "/executions")
        .and(query_param("workflow", "won-deal"))
        .and(query_param_is_missing("cursor"))
        .respond_with(first)
        .mount(&desk.server)
        .await;
    let rest = json_answer(200, &json!({ "deleted": 2, "next_cursor": null }));
    call("DELETE", "/executions")
        .and(query_param("workflow", "won-deal"))
        .and(query_param("cursor", "rest"))
        .respond_with(rest)
        .mount(&desk.server)
        .await;
    let pruned = desk.run(&["executions", "prune", "--workflow=won-deal", "--yes"]).await;
    assert_eq!((pruned.stdout.as_str(), pruned.code), ("deleted 2050 executions\n", 0));
    let pruned = desk.run(&["executions", "prune", "--workflow=won-deal", "--yes", "--output", "json"]).await;
    assert_eq!(pruned.json(), json!({ "deleted": 2050 }));
}

#[tokio::test]
async fn without_a_word_of_consent_nothing_is_deleted() {
    let desk = Desk::new().await;
    let unasked = desk.run(&["executions", "prune", "--until=7d"]).await;
    assert_eq!(unasked.code, 2);
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    let everything = desk.run(&["executions", "prune", "--yes"]).await;
    assert_eq!(everything.code, 2);
    assert!(everything.stderr.contains("--until 0s"), "{}", everything.stderr);
    assert_eq!(desk.sent("DELETE", "/executions").await, Vec::<String>::new());
}
