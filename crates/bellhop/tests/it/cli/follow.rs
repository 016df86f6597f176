//! Executions are followed at the command line.

use serde_json::{Value, json};
use wiremock::matchers::{header, query_param};
use wiremock::{MockBuilder, ResponseTemplate};

use super::{Desk, call, problem};

const ID: &str = "01977f00-0000-7000-8000-000000000001";

fn execution(status: &str) -> Value {
    json!({
        "id": ID, "workflow": "greet", "version": 1, "status": status, "trigger": "manual",
        "error": if status == "failed" { json!({ "step": "call", "kind": "fail", "message": "no\u{1b}[31m" }) } else { Value::Null },
        "created_at": "2026-03-02T09:00:14Z",
        "started_at": "2026-03-02T09:00:14Z",
        "finished_at": if status == "running" { Value::Null } else { json!("2026-03-02T09:00:16Z") },
    })
}

fn step(status: &str, logs: &[&str]) -> Value {
    let logs: Vec<Value> = logs
        .iter()
        .map(|line| json!({ "at": "2026-03-02T09:00:15Z", "level": "info", "message": line }))
        .collect();
    json!({
        "execution": ID, "workflow": "greet", "id": "call", "path": "call", "uses": "http", "status": status,
        "attempts": 1, "logs": logs, "started_at": "2026-03-02T09:00:14Z",
        "finished_at": if status == "running" { Value::Null } else { json!("2026-03-02T09:00:15Z") },
    })
}

fn events(all: &[(&str, &str, Value)]) -> ResponseTemplate {
    let event = |(id, name, data): &(&str, &str, Value)| format!("event: {name}\nid: {id}\ndata: {data}\n\n");
    let text = all.iter().map(event).collect::<Vec<_>>().concat();
    ResponseTemplate::new(200).set_body_raw(format!(": here\n\n{text}"), "text/event-stream")
}

fn stream() -> MockBuilder {
    call("GET", &format!("/executions/{ID}/stream"))
}

#[tokio::test]
async fn each_change_is_a_line_and_each_line_of_the_log_comes_once() {
    let desk = Desk::new().await;
    let all = [
        ("0.0.running", "execution", execution("running")),
        ("1.1.running", "step", step("running", &["sending"])),
        ("2.1.running", "step", step("succeeded", &["sending", "sent"])),
        ("2.1.succeeded", "execution", execution("succeeded")),
    ];
    stream().respond_with(events(&all)).mount(&desk.server).await;
    let followed = desk.run(&["executions", "follow", ID]).await;
    let expected = "\
09:00:14.000  running
09:00:14.000  ▸ call  running
    09:00:15.000 info  sending
09:00:15.000  ✓ call  succeeded  1.0 s
    09:00:15.000 info  sent
09:00:16.000  succeeded  2.0 s
";
    assert_eq!((followed.stdout.as_str(), followed.code), (expected, 0), "{}", followed.stderr);
    let lines = desk.run(&["executions", "follow", ID, "--output=json"]).await.stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected: Vec<Value> =
        all.iter().map(|(_, name, data)| json!({ "event": name, "data": data })).collect();
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn one_that_fails_fails_the_command() {
    let desk = Desk::new().await;
    stream().respond_with(events(&[("1", "execution", execution("failed"))])).mount(&desk.server).await;
    let followed = desk.run(&["executions", "follow", ID]).await;
    assert_eq!(followed.code, 1);
    assert!(followed.stdout.contains("failed  2.0 s\n    fail: no"), "{}", followed.stdout);
}

#[tokio::test]
async fn a_lost_connection_is_taken_up_where_it_was_lost() {
    let desk = Desk::new().await;
    let rest = [("2.1.succeeded", "execution", execution("succeeded"))];
    stream()
        .and(header("last-event-id", "1.1.running"))
        .respond_with(events(&rest))
        .with_priority(1)
        .mount(&desk.server)
        .await;
    stream().respond_with(events(&[("1.1.running", "step", step("running", &[]))])).mount(&desk.server).await;
    let followed = desk.run(&["executions", "follow", ID]).await;
    let expected = "09:00:14.000  ▸ call  running\n09:00:16.000  succeeded  2.0 s\n";
    assert_eq!((followed.stdout.as_str(), followed.code), (expected, 0));
    assert!(followed.stderr.contains("the connection was lost"), "{}", followed.stderr);
}

#[tokio::test]
async fn a_program_that_asks_too_much_is_told_why() {
    let desk = Desk::new().await;
    desk.answers(
        "GET",
        &format!("/executions/{ID}/stream"),
        404,
        &problem(404, "There is no such thing", "No."),
    )
    .await;
    let unknown = desk.run(&["executions", "follow", ID]).await;
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("error: No."), "{}", unknown.stderr);
    let both = desk.run(&["executions", "follow", ID, "--workflow", "greet"]).await;
    assert_eq!(both.code, 2);
}

#[tokio::test]
async fn all_executions_of_a_workflow_say_whose_they_are() {
    let desk = Desk::new().await;
    call("GET", "/executions/stream")
        .and(query_param("workflow", "greet"))
        .respond_with(events(&[("5", "step", step("succeeded", &[]))]))
        .up_to_n_times(1)
        .mount(&desk.server)
        .await;
    desk.answers("GET", "/executions/stream", 403, &problem(403, "Not any more", "No.")).await;
    let followed = desk.run(&["executions", "follow", "--workflow", "greet"]).await;
    assert_eq!(followed.stdout, format!("09:00:15.000  greet  {ID}  ✓ call  succeeded  1.0 s\n"));
    assert_eq!(followed.code, 1);
}
