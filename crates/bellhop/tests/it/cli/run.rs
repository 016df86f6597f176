//! Workflows started by hand.

use serde_json::{Value, json};
use wiremock::matchers::query_param;

use super::{Desk, call, json_answer, seconds_ago};

const ID: &str = "01977f6e-8a10-7c3e-9d55-0242ac120002";
const PATH: &str = "/workflows/won-deal/run";

fn execution(status: &str) -> Value {
    json!({
        "id": ID, "workflow": "won-deal", "version": 3, "status": status, "trigger": "manual", "event": null,
        "inputs": null, "output": null, "error": null, "retry_of": null, "created_at": seconds_ago(1),
        "started_at": null, "finished_at": null, "steps": []
    })
}

#[tokio::test]
async fn a_started_execution_is_named() {
    let desk = Desk::new().await;
    desk.answers("POST", PATH, 202, &execution("queued")).await;
    let started = desk.run(&["run", "won-deal"]).await;
    assert_eq!((started.stdout, started.code), (format!("started won-deal: execution {ID}\n"), 0));
    assert_eq!(started.stderr, format!("see it with: bellhop executions show {ID}\n"));
    assert_eq!(desk.sent("POST", PATH).await, [""]);
}

#[tokio::test]
async fn an_awaited_execution_that_fails_is_a_failure() {
    let desk = Desk::new().await;
    let mut failed = execution("failed");
    failed["error"] = json!({ "step": "big", "kind": "timeout", "message": "no answer within 30 s" });
    call("POST", PATH)
        .and(query_param("wait", "10s"))
        .respond_with(json_answer(200, &failed))
        .mount(&desk.server)
        .await;
    let finished = desk.run(&["run", "won-deal", "--wait=10s"]).await;
    assert_eq!(finished.code, 1);
    assert!(
        finished.stdout.contains("error      timeout in `big`: no answer within 30 s\n"),
        "{}",
        finished.stdout
    );
}

#[tokio::test]
async fn an_awaited_execution_that_succeeds_is_a_success() {
    let desk = Desk::new().await;
    let mut succeeded = execution("succeeded");
    succeeded["output"] = json!({ "routed_to": "ann" });
    desk.answers("POST", PATH, 200, &succeeded).await;
    let finished = desk.run(&["run", "won-deal", "--wait"]).await;
    assert!(finished.stdout.ends_with("\noutput  {\"routed_to\":\"ann\"}\n"), "{}", finished.stdout);
    assert_eq!(finished.code, 0);
    let json = desk.run(&["run", "won-deal", "--wait", "--output", "json"]).await;
    assert_eq!((json.json(), json.code), (succeeded, 0));
}

#[tokio::test]
async fn an_execution_that_outlasts_the_wait_is_no_success() {
    let desk = Desk::new().await;
    desk.answers("POST", PATH, 202, &execution("running")).await;
    desk.answers("GET", &format!("/executions/{ID}"), 200, &execution("running")).await;
    let finished = desk.run(&["run", "won-deal", "--wait=0s"]).await;
    assert_eq!(finished.code, 1);
    assert!(finished.stderr.contains(&format!("it goes on; see it with: bellhop executions show {ID}")));
}

#[tokio::test]
async fn an_execution_is_looked_at_again_until_it_ends() {
    let desk = Desk::new().await;
    desk.answers("POST", PATH, 202, &execution("running")).await;
    desk.answers("GET", &format!("/executions/{ID}"), 200, &execution("succeeded")).await;
    assert_eq!(desk.run(&["run", "won-deal", "--wait=1h"]).await.code, 0);
}

#[tokio::test]
async fn an_event_comes_from_a_file_or_from_standard_input() {
    let desk = Desk::new().await;
    desk.answers("POST", PATH, 202, &execution("queued")).await;
    let event = r#"{ "type": "lead.created", "data": { "id": "lead_1" } }"#;
    desk.write("event.json", event);
    assert_eq!(desk.run(&["run", "won-deal", "--event", "event.json"]).await.code, 0);
    assert_eq!(desk.run_with_input(&["run", "won-deal", "--event", "-"], Some(event)).await.code, 0);
    let expected = json!({ "event": { "type": "lead.created", "data": { "id": "lead_1" } } });
    for body in desk.sent("POST", PATH).await {
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }
    assert_eq!(desk.sent("POST", PATH).await.len(), 2);
}

#[tokio::test]
async fn an_event_that_is_none_is_not_sent() {
    let desk = Desk::new().await;
    desk.write("event.json", "{ \"type\": lead }");
    let started = desk.run(&["run", "won-deal", "--event", "event.json"]).await;
    assert!(started.stderr.starts_with("error: event.json is no event: not JSON:"), "{}", started.stderr);
    assert_eq!(started.code, 1);
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn inputs_are_sent_as_they_are() {
    let desk = Desk::new().await;
    desk.answers("POST", PATH, 202, &execution("queued")).await;
    assert_eq!(desk.run(&["run", "won-deal", "--inputs", r#"{"region": "EU"}"#]).await.code, 0);
    let bodies = desk.sent("POST", PATH).await;
    assert_eq!(serde_json::from_str::<Value>(&bodies[0]).unwrap(), json!({ "inputs": { "region": "EU" } }));
}
