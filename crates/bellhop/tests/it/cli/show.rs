//! One thing on one page.

use serde_json::{Value, json};

use super::{Desk, problem};

const EXECUTION: &str = "01977f6e-8a10-7c3e-9d55-0242ac120002";

fn execution() -> Value {
    json!({
        "id": EXECUTION, "workflow": "won-deal", "version": 3, "status": "failed", "trigger": "close",
        "event": { "id": "ev_1", "type": "opportunity.updated", "data": { "value": 2_500_000 } },
        "inputs": null, "output": null, "retry_of": null,
        "error": { "step": "big", "kind": "http_status", "message": "the server answered 500" },
        "created_at": "2025-03-02T09:00:14.000000Z", "started_at": "2025-03-02T09:00:14.100000Z",
        "finished_at": "2025-03-02T09:00:16.600000Z",
        "steps": [
            {
                "id": "lead", "path": "lead", "uses": "close", "status": "succeeded", "attempts": 1,
                "input": { "method": "GET" }, "output": { "name": "Acme" }, "error": null, "logs": [],
                "started_at": "2025-03-02T09:00:14.100000Z", "finished_at": "2025-03-02T09:00:14.312000Z"
            },
            {
                "id": "note", "path": "note", "uses": "log", "status": "skipped", "attempts": 0, "logs": []
            },
            {
                "id": "big", "path": "big", "uses": "http", "status": "failed", "attempts": 3, "output": null,
                "error": { "kind": "http_status", "message": "the server answered 500" },
                "logs": [{ "at": "2025-03-02T09:00:16.500000Z", "level": "warn", "message": "giving up" }],
                "started_at": "2025-03-02T09:00:14.400000Z", "finished_at": "2025-03-02T09:00:16.550000Z"
            }
        ]
    })
}

#[tokio::test]
async fn an_execution_is_drawn_with_its_steps() {
    let desk = Desk::new().await;
    desk.answers("GET", &format!("/executions/{EXECUTION}"), 200, &execution()).await;
    let shown = desk.run(&["executions", "show", EXECUTION]).await;
    let expected = format!(
        "\
execution  {EXECUTION}
workflow   won-deal, version 3
status     failed
error      http_status in `big`: the server answered 500
trigger    close
event      opportunity.updated ev_1
created    2025-03-02 09:00:14 UTC
took       2.5 s

✓ lead  close  succeeded  212 ms
    → {{\"name\":\"Acme\"}}
– note  log    skipped
✗ big   http   failed     2.1 s, 3 attempts
    http_status: the server answered 500
    09:00:16.500 warn  giving up
"
    );
    assert_eq!(shown.stdout, expected);
    assert_eq!(shown.code, 0, "showing a failed execution is no failure");
}

#[tokio::test]
async fn all_of_an_execution_is_shown_on_request() {
    let desk = Desk::new().await;
    desk.answers("GET", &format!("/executions/{EXECUTION}"), 200, &execution()).await;
    let shown = desk.run(&["executions", "show", EXECUTION, "--full"]).await.stdout;
    assert!(shown.contains("    input\n      {\n        \"method\": \"GET\"\n      }\n"), "{shown}");
    assert!(shown.contains("event.data\n  {\n    \"value\": 2500000\n  }\n"), "{shown}");
}

#[tokio::test]
async fn what_came_in_an_event_cannot_steer_the_terminal() {
    let desk = Desk::new().await;
    let mut execution = execution();
    execution["event"]["id"] = "\u{1b}]0;owned\u{7}".into();
    execution["steps"][2]["logs"][0]["message"] = "\u{1b}[2Jgone".into();
    execution["steps"][0]["output"] = "\u{9b}31m".into();
    desk.answers("GET", &format!("/executions/{EXECUTION}"), 200, &execution).await;
    let shown = desk.run(&["executions", "show", EXECUTION]).await.stdout;
    assert!(shown.contains("\u{fffd}[2Jgone"), "{shown}");
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
}

#[tokio::test]
async fn an_id_that_is_none_is_not_sent() {
    let desk = Desk::new().await;
    let shown = desk.run(&["executions", "show", "../workflows"]).await;
    assert_eq!(shown.code, 2);
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_delivery_shows_what_was_sent() {
    let desk = Desk::new().await;
    let delivery = json!({
        "id": EXECUTION, "hook_id": "a1b2", "workflow": "won-deal", "outcome": "accepted", "reason": null,
        "event_id": "ev_1", "event_type": "opportunity.updated", "received_at": "2025-03-02T09:00:14.000000Z",
        "size": 17, "execution_ids": ["01977f6e-8a10-7c3e-9d55-0242ac120009"],
        "headers": { "content-type": "application/json", "close-sig-timestamp": "1740906014" },
        "body": r#"{"event":{"id":"ev_1"}}"#
    });
    desk.answers("GET", &format!("/deliveries/{EXECUTION}"), 200, &delivery).await;
    let shown = desk.run(&["deliveries", "show", EXECUTION]).await.stdout;
    assert!(shown.contains("outcome     accepted\n"), "{shown}");
    assert!(shown.contains("execution   01977f6e-8a10-7c3e-9d55-0242ac120009\n"), "{shown}");
    assert!(shown.contains("content-type         application/json\n"), "{shown}");
    assert!(shown.ends_with("body\n{\n  \"event\": {\n    \"id\": \"ev_1\"\n  }\n}\n"), "{shown}");
}

#[tokio::test]
async fn a_workflow_shows_what_it_has_at_the_vendor() {
    let desk = Desk::new().await;
    let mut workflow = super::workflow("won-deal", "active", 3, "name: won-deal\n");
    workflow["triggers"] =
        json!([{ "id": "close", "kind": "close", "hook_url": "https://b.example/webhook/a1b2" }]);
    workflow["registrations"] = json!([{
        "trigger": "close", "provider": "close", "hook_id": "a1b2", "hook_url": "https://b.example/webhook/a1b2",
        "webhook_id": "whsub_123", "state": "active", "vendor_status": "active", "last_error": null,
        "events": [{ "object_type": "opportunity", "action": "updated" }, { "object_type": "lead", "action": "created" }],
        "last_delivery_at": null
    }]);
    desk.answers("GET", "/workflows/won-deal", 200, &workflow).await;
    let shown = desk.run(&["workflows", "show", "won-deal"]).await.stdout;
    let expected = "\
name     won-deal
state    active
version  3
created  2025-03-02 09:00:14 UTC
updated  2025-03-02 09:00:14 UTC

TRIGGER  KIND   URL
close    close  https://b.example/webhook/a1b2

registration   close at close
state          active
vendor status  active
webhook id     whsub_123
url            https://b.example/webhook/a1b2
events         opportunity.updated, lead.created
";
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_workflows_yaml_comes_out_as_it_went_in() {
    let desk = Desk::new().await;
    let yaml = "# Grüße\nname: won-deal\r\nsteps: []";
    desk.answers("GET", "/workflows/won-deal", 200, &super::workflow("won-deal", "active", 3, yaml)).await;
    assert_eq!(desk.run(&["workflows", "show", "won-deal", "--yaml"]).await.stdout, yaml);
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_what_is_not_there_cannot_be() {
    let desk = Desk::new().await;
    super::call("DELETE", "/workflows/won-deal")
        .respond_with(wiremock::ResponseTemplate::new(204))
        .mount(&desk.server)
        .await;
    desk.answers(
        "DELETE",
        "/workflows/other",
        404,
        &problem(404, "Not found", "There is no workflow `other`."),
    )
    .await;
    let deleted = desk.run(&["workflows", "delete", "won-deal"]).await;
    assert_eq!((deleted.stdout.as_str(), deleted.code), ("deleted workflow won-deal\n", 0));
    let missing = desk.run(&["workflows", "delete", "other"]).await;
    assert_eq!(
        (missing.stderr.as_str(), missing.code),
        (
            "error: There is no workflow `other`.\n  help: `bellhop workflows list` shows those that there are\n",
            1
        )
    );
}

#[tokio::test]
async fn what_is_in_a_block_is_drawn_below_it_with_how_long_it_took() {
    let desk = Desk::new().await;
    let mut execution = execution();
    let step = |path: &str, uses: &str, status: &str, output: Value| {
        json!({
            "id": path, "path": path, "uses": uses, "status": status, "attempts": 1, "output": output, "logs": [],
            "started_at": "2025-03-02T09:00:14.100000Z", "finished_at": "2025-03-02T09:00:14.150000Z"
        })
    };
    execution["steps"] = json!([
        step("each", "for_each", "succeeded", json!([1, 2])),
        step("each/0/one", "set", "succeeded", json!(1)),
        step("each/1/guarded", "try", "succeeded", Value::Null),
        step("each/1/guarded/catch/two", "set", "succeeded", json!(2)),
        step("after", "log", "failed", Value::Null),
    ]);
    desk.answers("GET", &format!("/executions/{EXECUTION}"), 200, &execution).await;
    let shown = desk.run(&["executions", "show", EXECUTION]).await;
    let expected = "\
✓ each              for_each  succeeded  50 ms
    → [1,2]
  ├─ ✓ 0/one        set       succeeded  50 ms
  │    → 1
  └─ ✓ 1/guarded    try       succeeded  50 ms
     └─ ✓ catch/two  set       succeeded  50 ms
          → 2
✗ after             log       failed     50 ms
";
    let aligned = |text: &str| {
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let (_, steps) = shown.stdout.split_once("\n\n").unwrap();
    assert_eq!(aligned(steps), aligned(expected));
    // How each ended stands in one column.
    let ends = steps
        .lines()
        .filter_map(|line| Some(line.split_once(" succeeded").or_else(|| line.split_once(" failed"))?.0));
    let columns: std::collections::BTreeSet<usize> = ends.map(|before| before.chars().count()).collect();
    assert_eq!(columns.len(), 1, "{steps}");
    for line in ["\n  ├─ ✓ 0/one ", "\n  │    → 1\n", "\n     └─ ✓ catch/two ", "\n          → 2\n"]
    {
        assert!(steps.contains(line), "{line:?}: {steps}");
    }
}
