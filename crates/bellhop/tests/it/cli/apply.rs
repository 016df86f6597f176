//! Files become workflows on the server.

use serde_json::json;

use super::{Desk, call, json_answer, problem, workflow};

fn yaml(name: &str, message: &str) -> String {
    format!(
        "name: {name}\ntriggers:\n  - manual: {{}}\nsteps:\n  - uses: log\n    with: {{ message: \"{message}\" }}\n"
    )
}

#[tokio::test]
async fn new_changed_and_unchanged_workflows_are_told_apart() {
    let desk = Desk::new().await;
    for name in ["brand-new", "changed", "same"] {
        desk.write(&format!("flows/{name}.yaml"), &yaml(name, "hello"));
    }
    desk.write("flows/same.test.yaml", "this is no workflow");
    let missing = problem(404, "Not found", "There is no workflow `brand-new`.");
    desk.answers("GET", "/workflows/brand-new", 404, &missing).await;
    let created = workflow("brand-new", "inactive", 1, &yaml("brand-new", "hello"));
    desk.answers("POST", "/workflows", 201, &created).await;
    desk.answers(
        "GET",
        "/workflows/changed",
        200,
        &workflow("changed", "active", 4, &yaml("changed", "old")),
    )
    .await;
    desk.answers(
        "PUT",
        "/workflows/changed",
        200,
        &workflow("changed", "active", 5, &yaml("changed", "hello")),
    )
    .await;
    desk.answers("GET", "/workflows/same", 200, &workflow("same", "inactive", 2, &yaml("same", "hello")))
        .await;

    let applied = desk.run(&["apply", "flows"]).await;
    let expected = "\
created    brand-new  version 1, inactive
updated    changed    version 5, active
unchanged  same       version 2, inactive
";
    assert_eq!((applied.stdout.as_str(), applied.stderr.as_str(), applied.code), (expected, "", 0));
    assert_eq!(desk.sent("POST", "/workflows").await, [yaml("brand-new", "hello")]);
    assert_eq!(desk.sent("PUT", "/workflows/changed").await, [yaml("changed", "hello")]);
    assert!(desk.sent("PUT", "/workflows/same").await.is_empty());
}

#[tokio::test]
async fn one_bad_file_keeps_everything_back() {
    let desk = Desk::new().await;
    desk.write("good.yaml", &yaml("good", "hello"));
    desk.write("bad.yaml", &yaml("bad", "hello").replace("steps:", "setps:"));
    let applied = desk.run(&["apply", "good.yaml", "bad.yaml"]).await;
    assert_eq!((applied.stdout.as_str(), applied.code), ("", 1));
    assert!(applied.stderr.contains("bad.yaml:4:1"), "{}", applied.stderr);
    assert!(
        applied.stderr.contains("error: nothing was applied: 1 of 2 files cannot be used"),
        "{}",
        applied.stderr
    );
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn two_files_cannot_hold_one_workflow() {
    let desk = Desk::new().await;
    desk.write("flows/a.yaml", &yaml("same", "one"));
    desk.write("flows/b.yaml", &yaml("same", "two"));
    let applied = desk.run(&["apply", "flows"]).await;
    assert!(
        applied.stderr.contains("flows/a.yaml and flows/b.yaml both hold the workflow `same`"),
        "{}",
        applied.stderr
    );
    assert_eq!(applied.code, 1);
}

#[tokio::test]
async fn what_the_server_refuses_is_shown_with_its_place_and_keeps_nothing_else_back() {
    let desk = Desk::new().await;
    desk.write("flows/a.yaml", &yaml("first", "hello"));
    desk.write("flows/b.yaml", &yaml("second", "hello"));
    for name in ["first", "second"] {
        desk.answers("GET", &format!("/workflows/{name}"), 404, &problem(404, "Not found", "No.")).await;
    }
    let mut refusal = problem(422, "The workflow has mistakes", "The workflow has mistakes.");
    refusal["diagnostics"] = json!([{
        "severity": "error", "code": "unknown_step_kind", "message": "there is no step kind `log`",
        "help": "did you mean `lag`?", "line": 5, "column": 11, "end_line": 5, "end_column": 14, "path": "steps[0].uses",
        "source_line": "  - uses: log"
    }]);
    call("POST", "/workflows")
        .and(wiremock::matchers::body_string_contains("name: first"))
        .respond_with(json_answer(422, &refusal))
        .mount(&desk.server)
        .await;
    desk.answers("POST", "/workflows", 201, &workflow("second", "inactive", 1, "")).await;

    let applied = desk.run(&["apply", "flows"]).await;
    let expected = "\
error[unknown_step_kind]: there is no step kind `log`
 --> flows/a.yaml:5:11
  |
5 |   - uses: log
  |           ^^^
  = help: did you mean `lag`?

error: The workflow has mistakes.
";
    assert_eq!(applied.stderr, expected);
    assert_eq!((applied.stdout.as_str(), applied.code), ("created    second  version 1, inactive\n", 1));
}

#[tokio::test]
async fn a_workflow_that_cannot_be_activated_stays_applied() {
    let desk = Desk::new().await;
    desk.write("a.yaml", &yaml("first", "hello"));
    desk.answers("GET", "/workflows/first", 404, &problem(404, "Not found", "No.")).await;
    desk.answers("POST", "/workflows", 201, &workflow("first", "inactive", 1, "")).await;
    let refusal = problem(422, "A credential is missing", "There is no credential `close`.");
    desk.answers("POST", "/workflows/first/activate", 422, &refusal).await;
    let applied = desk.run(&["apply", "a.yaml", "--activate"]).await;
    let expected = "\
error: There is no credential `close`.
  help: the workflow is created but not active; once that is mended: bellhop activate first
";
    assert_eq!((applied.stderr.as_str(), applied.code), (expected, 1));
}

#[tokio::test]
async fn what_only_the_server_knows_is_said_too() {
    let desk = Desk::new().await;
    desk.write("a.yaml", &yaml("first", "hello"));
    desk.answers("GET", "/workflows/first", 404, &problem(404, "Not found", "No.")).await;
    let mut created = workflow("first", "inactive", 1, "");
    created["diagnostics"] = json!([{
        "severity": "warning", "code": "missing_credential", "message": "no credential is called `chat`",
        "help": "bellhop credentials set chat --kind http_bearer", "line": 6, "column": 5, "end_line": 6, "end_column": 9,
        "path": "steps[0].with"
    }]);
    desk.answers("POST", "/workflows", 201, &created).await;
    desk.answers("POST", "/workflows/first/activate", 200, &workflow("first", "active", 1, "")).await;
    let applied = desk.run(&["apply", "a.yaml", "--activate"]).await;
    let expected = "\
warning[missing_credential]: no credential is called `chat`
 --> a.yaml:6:5
  = help: bellhop credentials set chat --kind http_bearer

";
    assert_eq!((applied.stderr.as_str(), applied.code), (expected, 0));
    assert_eq!(applied.stdout, "created    first  version 1, active\n");
}

#[tokio::test]
async fn an_active_workflow_is_not_activated_again() {
    let desk = Desk::new().await;
    desk.write("a.yaml", &yaml("first", "hello"));
    desk.write("b.yaml", &yaml("second", "hello"));
    desk.answers("GET", "/workflows/first", 200, &workflow("first", "active", 3, &yaml("first", "hello")))
        .await;
    desk.answers(
        "GET",
        "/workflows/second",
        200,
        &workflow("second", "inactive", 3, &yaml("second", "hello")),
    )
    .await;
    desk.answers("POST", "/workflows/second/activate", 200, &workflow("second", "active", 3, "")).await;
    let applied = desk.run(&["apply", "a.yaml", "b.yaml", "--activate", "--output", "json"]).await;
    let items = applied.json()["items"].clone();
    assert_eq!(items[0]["result"], "unchanged");
    assert_eq!(items[1]["workflow"]["state"], "active");
    assert_eq!(desk.sent("POST", "/workflows/first/activate").await.len(), 0);
    assert_eq!(desk.sent("POST", "/workflows/second/activate").await.len(), 1);
}

#[tokio::test]
async fn what_somebody_else_changes_meanwhile_is_not_overwritten() {
    let desk = Desk::new().await;
    desk.write("deal.yaml", &yaml("deal", "hello"));
    let present = workflow("deal", "active", 4, &yaml("deal", "old"));
    let tagged = json_answer(200, &present).insert_header("etag", "\"4-a\"");
    call("GET", "/workflows/deal").respond_with(tagged).mount(&desk.server).await;
    let detail = "Version 5 is there now, which is not what the request expects.";
    let changed = problem(412, "It is not what the request expects", detail);
    call("PUT", "/workflows/deal")
        .and(wiremock::matchers::header("if-match", "\"4-a\""))
        .respond_with(json_answer(412, &changed))
        .mount(&desk.server)
        .await;
    let applied = desk.run(&["apply", "deal.yaml"]).await;
    assert_eq!(applied.code, 1);
    assert!(applied.stderr.contains(detail), "{}", applied.stderr);
    assert!(applied.stderr.contains("somebody else has just changed it"), "{}", applied.stderr);
}
