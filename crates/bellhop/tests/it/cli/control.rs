//! Cancelling, retrying and replaying, by hand.

use serde_json::{Value, json};

use super::{Desk, problem};

const ONE: &str = "01977f6e-8a10-7c3e-9d55-0242ac120002";
const OTHER: &str = "01977f6e-8a10-7c3e-9d55-0242ac120003";

fn execution(id: &str, status: &str) -> Value {
    json!({ "id": id, "workflow": "won-deal", "status": status, "created_at": "2025-03-02T09:00:14.000000Z" })
}

#[tokio::test]
async fn each_of_several_is_cancelled_whatever_becomes_of_the_others() {
    let desk = Desk::new().await;
    let at = |id: &str| format!("/executions/{id}/cancel");
    desk.answers("POST", &at(ONE), 409, &problem(409, "The execution has ended", "It has succeeded.")).await;
    desk.answers("POST", &at(OTHER), 200, &execution(OTHER, "cancelled")).await;

    let both = desk.run(&["executions", "cancel", ONE, OTHER]).await;
    assert_eq!((both.stdout.as_str(), both.code), (format!("{OTHER}: cancelled\n").as_str(), 1));
    assert!(both.stderr.contains(&format!("{ONE}: It has succeeded.")), "{}", both.stderr);
    let one = desk.run(&["executions", "cancel", ONE]).await;
    assert_eq!((one.stdout.as_str(), one.code), ("", 1));
    assert!(one.stderr.contains("error: It has succeeded."), "{}", one.stderr);
    let as_json = desk.run(&["executions", "cancel", OTHER, "--output", "json"]).await;
    assert_eq!(as_json.json(), json!({ "items": [execution(OTHER, "cancelled")] }));
    assert_eq!(desk.run(&["executions", "cancel"]).await.code, 2);
}

#[tokio::test]
async fn one_that_goes_on_for_a_while_is_said_to_be_asked() {
    let desk = Desk::new().await;
    desk.answers("POST", &format!("/executions/{ONE}/cancel"), 202, &execution(ONE, "running")).await;

    let asked = desk.run(&["executions", "cancel", ONE]).await;

    assert_eq!((asked.stdout.as_str(), asked.code), (format!("{ONE}: asked to stop\n").as_str(), 0));
}

#[tokio::test]
async fn a_retry_says_from_where_and_as_which_version() {
    let desk = Desk::new().await;
    let at = format!("/executions/{ONE}/retry");
    desk.answers("POST", &at, 202, &execution(OTHER, "queued")).await;

    let plain = desk.run(&["executions", "retry", ONE]).await;
    let step =
        desk.run(&["executions", "retry", ONE, "--from", "lead", "--latest", "--output", "json"]).await;

    assert_eq!(plain.stdout, format!("started won-deal: execution {OTHER}\n"));
    assert_eq!((step.json(), step.code), (execution(OTHER, "queued"), 0));
    let sent: Vec<Value> =
        desk.sent("POST", &at).await.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    assert_eq!(
        sent,
        [json!({ "from": "failed", "version": "same" }), json!({ "from": "lead", "version": "latest" })]
    );
}

#[tokio::test]
async fn a_retry_that_is_waited_for_fails_where_it_fails() {
    let desk = Desk::new().await;
    desk.answers("POST", &format!("/executions/{ONE}/retry"), 200, &execution(OTHER, "failed")).await;

    let waited = desk.run(&["executions", "retry", ONE, "--wait"]).await;

    assert_eq!(waited.code, 1);
    assert!(waited.stdout.contains(OTHER) && waited.stdout.contains("failed"), "{}", waited.stdout);
}

#[tokio::test]
async fn a_replay_says_what_it_started_or_why_it_started_nothing() {
    let desk = Desk::new().await;
    let started = json!({ "outcome": "accepted", "reason": null, "replay_of": ONE, "execution_id": OTHER });
    let filtered = json!({
        "outcome": "filtered", "reason": "`where` is false: event.data.size > 10", "replay_of": OTHER,
        "execution_id": null,
    });
    desk.answers("POST", &format!("/deliveries/{ONE}/replay"), 202, &started).await;
    desk.answers("POST", &format!("/deliveries/{OTHER}/replay"), 200, &filtered).await;

    let done = desk.run(&["deliveries", "replay", ONE]).await;
    assert_eq!((done.stdout.as_str(), done.code), (format!("replayed: execution {OTHER}\n").as_str(), 0));
    assert_eq!(desk.run(&["deliveries", "replay", ONE, "--output", "json"]).await.json(), started);
    let nothing = desk.run(&["deliveries", "replay", OTHER]).await;
    let words = "filtered again: `where` is false: event.data.size > 10\n";
    assert_eq!((nothing.stdout.as_str(), nothing.code), (words, 1));
}

#[tokio::test]
async fn what_came_of_what_is_on_the_page() {
    let desk = Desk::new().await;
    let mut shown = execution(ONE, "failed");
    shown["retry_of"] = json!("the-first");
    shown["retries"] = json!([OTHER]);
    shown["replay_of"] = json!("the-delivery");
    desk.answers("GET", &format!("/executions/{ONE}"), 200, &shown).await;

    let page = desk.run(&["executions", "show", ONE]).await.stdout;

    for line in
        ["retry of    the-first", &format!("retried as  {OTHER}"), "replay of   delivery the-delivery"]
    {
        assert!(page.contains(line), "{page}");
    }
}
