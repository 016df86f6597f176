//! Lists: tables for people, the API's JSON for programs.

use serde_json::{Value, json};
use wiremock::matchers::query_param;

use super::{Desk, call, json_answer, seconds_ago};

const FIRST: &str = "01977f6e-8a10-7c3e-9d55-0242ac120002";
const SECOND: &str = "01977f6e-8a10-7c3e-9d55-0242ac120003";

fn workflows() -> Value {
    json!({
        "items": [
            {
                "name": "won-deal-to-slack", "description": "Tell the sales channel", "state": "active", "version": 12,
                "last_execution": { "id": FIRST, "status": "failed", "created_at": seconds_ago(330) },
                "counts": { "executions": 40, "failed": 2, "unfinished": 0 },
                "created_at": seconds_ago(9000), "updated_at": seconds_ago(9000)
            },
            {
                "name": "lead", "description": null, "state": "inactive", "version": 1, "last_execution": null,
                "counts": { "executions": 0, "failed": 0, "unfinished": 0 },
                "created_at": seconds_ago(9000), "updated_at": seconds_ago(9000)
            }
        ],
        "next_cursor": null
    })
}

#[tokio::test]
async fn a_person_gets_aligned_columns() {
    let desk = Desk::new().await;
    desk.answers("GET", "/workflows", 200, &workflows()).await;
    let listed = desk.run(&["workflows", "list"]).await;
    let expected = "\
NAME               STATE     VERSION  LAST EXECUTION    RECENT          DESCRIPTION
won-deal-to-slack  active    12       failed 5 min ago  2 of 40 failed  Tell the sales channel
lead               inactive  1        -                 0 ran           -
";
    assert_eq!(listed.stdout, expected);
    assert_eq!((listed.stderr.as_str(), listed.code), ("", 0));
}

#[tokio::test]
async fn a_program_gets_the_servers_json() {
    let desk = Desk::new().await;
    let answer = workflows();
    desk.answers("GET", "/workflows", 200, &answer).await;
    let listed = desk.run(&["--output", "json", "workflows", "list"]).await;
    assert_eq!(listed.json(), answer);
    assert_eq!(listed.code, 0);
}

fn executions(count: usize, next_cursor: Option<&str>) -> Value {
    let execution = |number: usize| {
        json!({
            "id": format!("01977f6e-8a10-7c3e-9d55-{number:012}"), "workflow": "lead", "version": 1,
            "status": "succeeded", "trigger": "close", "event": null, "created_at": seconds_ago(60)
        })
    };
    json!({ "items": (0..count).map(execution).collect::<Vec<_>>(), "next_cursor": next_cursor })
}

#[tokio::test]
async fn a_long_list_is_fetched_page_by_page() {
    let desk = Desk::new().await;
    let first = json_answer(200, &executions(200, Some("page-2")));
    call("GET", "/executions").and(query_param("limit", "200")).respond_with(first).mount(&desk.server).await;
    let rest = json_answer(200, &executions(50, Some("page-3")));
    call("GET", "/executions")
        .and(query_param("limit", "50"))
        .and(query_param("cursor", "page-2"))
        .respond_with(rest)
        .mount(&desk.server)
        .await;
    let listed = desk.run(&["executions", "list", "--limit", "250", "--output", "json"]).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 250);
    assert_eq!(listed["next_cursor"], "page-3");
}

#[tokio::test]
async fn an_empty_page_is_not_the_end_of_a_list() {
    let desk = Desk::new().await;
    let first = json_answer(200, &executions(0, Some("page-2")));
    call("GET", "/executions").and(query_param("limit", "50")).respond_with(first).mount(&desk.server).await;
    let rest = json_answer(200, &executions(1, None));
    call("GET", "/executions")
        .and(query_param("cursor", "page-2"))
        .respond_with(rest)
        .with_priority(1)
        .mount(&desk.server)
        .await;
    let listed = desk.run(&["executions", "list", "--output", "json"]).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["next_cursor"], json!(null));
}

#[tokio::test]
async fn a_person_is_told_how_a_list_goes_on() {
    let desk = Desk::new().await;
    desk.answers("GET", "/executions", 200, &executions(2, Some("page-2"))).await;
    let listed = desk.run(&["executions", "list", "--limit", "2"]).await;
    assert!(listed.stderr.contains("--cursor page-2"), "{}", listed.stderr);
    assert!(!listed.stdout.contains("page-2"));
}

#[tokio::test]
async fn filters_reach_the_server_as_it_names_them() {
    let desk = Desk::new().await;
    call("GET", "/executions")
        .and(query_param("workflow", "won-deal"))
        .and(query_param("status", "failed"))
        .and(query_param("trigger", "close_2"))
        .and(query_param("since", "2025-03-01T09:00:00.000000Z"))
        .and(query_param("event_id", "ev_1"))
        .and(query_param("q", "no & such = thing"))
        .respond_with(json_answer(200, &executions(0, None)))
        .expect(1)
        .mount(&desk.server)
        .await;
    let filters =
        ["--status=failed", "--trigger=close_2", "--since=2025-03-01T10:00:00+01:00", "--event-id=ev_1"];
    let mut args = vec!["executions", "list", "--workflow=won-deal", "-q", "no & such = thing"];
    args.extend(filters);
    assert_eq!(desk.run(&args).await.code, 0);
}

#[tokio::test]
async fn an_empty_list_leaves_standard_output_empty() {
    let desk = Desk::new().await;
    let empty = json!({ "items": [], "next_cursor": null });
    desk.answers("GET", "/deliveries", 200, &empty).await;
    desk.answers("GET", "/deliveries/rejections", 200, &empty).await;
    let listed = desk.run(&["deliveries", "list"]).await;
    assert_eq!((listed.stdout.as_str(), listed.stderr.as_str(), listed.code), ("", "no deliveries\n", 0));
}

#[tokio::test]
async fn executions_say_what_started_them_and_why_they_failed() {
    let desk = Desk::new().await;
    let long = "the server at hooks.example.com answered 500 with a page that\nexplains nothing at all, at great length";
    let items = json!([
        {
            "id": FIRST, "workflow": "won-deal", "version": 3, "status": "failed", "trigger": "close",
            "event": { "id": "ev_1", "type": "opportunity.updated", "data": {} },
            "error": { "step": "big", "kind": "http_status", "message": long },
            "created_at": seconds_ago(7200), "started_at": "2025-03-02T09:00:14.000000Z",
            "finished_at": "2025-03-02T09:00:15.449000Z"
        },
        {
            "id": SECOND, "workflow": "lead", "version": 1, "status": "running", "trigger": "manual", "event": null,
            "error": null, "created_at": seconds_ago(0), "started_at": null, "finished_at": null
        }
    ]);
    desk.answers("GET", "/executions", 200, &json!({ "items": items, "next_cursor": null })).await;
    let listed = desk.run(&["executions", "list"]).await.stdout;
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 3, "an execution is one line: {listed}");
    let failed =
        format!("{FIRST}  won-deal  failed   opportunity.updated  2 h ago   1.4 s  the server at hooks");
    assert!(lines[1].starts_with(&failed), "{listed}");
    assert!(lines[1].ends_with('…'), "{listed}");
    assert_eq!(lines[2], format!("{SECOND}  lead      running  manual               just now  -      -"));
}

#[tokio::test]
async fn deliveries_say_what_became_of_them() {
    let desk = Desk::new().await;
    let items = json!([
        {
            "id": FIRST, "hook_id": "a1b2", "workflow": "won-deal", "outcome": "accepted", "reason": null,
            "event_id": "ev_1", "event_type": "opportunity.updated", "received_at": seconds_ago(90), "size": 1536,
            "execution_ids": [SECOND]
        },
        {
            "id": SECOND, "hook_id": "a1b2", "workflow": null, "outcome": "rejected", "reason": "signature_mismatch",
            "event_id": null, "event_type": null, "received_at": seconds_ago(90), "size": 12, "execution_ids": []
        }
    ]);
    desk.answers("GET", "/deliveries", 200, &json!({ "items": items, "next_cursor": null })).await;
    let more = json!([{
        "hook_id": "a1b2", "workflow": null, "reason": "signature_mismatch", "requests": 99_990, "bytes": 1_199_880,
        "first_at": seconds_ago(90), "last_at": seconds_ago(5)
    }]);
    let answer = json!({ "items": more, "next_cursor": null });
    desk.answers("GET", "/deliveries/rejections", 200, &answer).await;
    let finished = desk.run(&["deliveries", "list"]).await;
    let note = "and 99,990 more like this were rejected (signature_mismatch, hook a1b2), the last ";
    assert!(finished.stderr.starts_with(note), "{}", finished.stderr);
    let listed = finished.stdout;
    let rows: Vec<Vec<&str>> = listed.lines().skip(1).map(fields).collect();
    let accepted =
        [FIRST, "won-deal", "accepted", "-", "opportunity.updated", "1.5 KiB", "1 min ago", SECOND];
    let rejected = [SECOND, "-", "rejected", "signature_mismatch", "-", "12 B", "1 min ago", "-"];
    assert_eq!(rows, [accepted, rejected]);

    let counted = desk.run(&["deliveries", "rejections"]).await.stdout;
    let row = fields(counted.lines().nth(1).unwrap());
    assert_eq!(row[..5], ["a1b2", "-", "signature_mismatch", "99,990", "1.1 MiB"]);
    let accepted_only = desk.run(&["deliveries", "list", "--outcome", "accepted"]).await;
    assert_eq!(accepted_only.stderr, "");
}

/// The fields of a line of a table: two spaces or more are between them.
fn fields(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|field| !field.is_empty()).collect()
}
