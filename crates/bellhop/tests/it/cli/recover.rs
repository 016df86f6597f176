//! Fetching what was missed, by hand.

use serde_json::{Value, json};

use super::{Desk, problem};

fn report(name: &str, error: Option<&str>) -> Value {
    json!({
        "registration_id": "01977f6e-8a10-7c3e-9d55-0242ac120002", "workflow": name, "trigger": "close",
        "since": "2026-03-02T09:00:00.000000Z", "until": "2026-03-06T09:00:00.000000Z",
        "too_old": { "since": "2026-01-01T00:00:00.000000Z", "until": "2026-03-02T09:00:00.000000Z" },
        "fetched": 501, "run": 400, "duplicates": 60, "filtered": 30, "awaited": 8, "without_data": 3,
        "unreadable": 0, "error": error,
    })
}

#[tokio::test]
async fn a_recovery_says_what_came_of_it_and_what_cannot_be_fetched() {
    let desk = Desk::new().await;
    let answer = json!({ "items": [report("won-deal", None)] });
    desk.answers("POST", "/deliveries/recover", 200, &answer).await;

    let done = desk
        .run(&["deliveries", "recover", "--since", "2026-01-01T00:00:00Z", "--workflow", "won-deal"])
        .await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let sent: Value = serde_json::from_str(&desk.sent("POST", "/deliveries/recover").await[0]).unwrap();
    assert_eq!(sent, json!({ "since": "2026-01-01T00:00:00.000000Z", "workflow": "won-deal" }));
    let row: Vec<&str> = done.stdout.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(row, ["won-deal", "close", "501", "400", "60", "30", "8"]);
    for words in
        ["before 2026-03-02T09:00:00.000000Z cannot be fetched", "3 events came without their object"]
    {
        assert!(done.stderr.contains(words), "{}", done.stderr);
    }
    let as_json = desk.run(&["deliveries", "recover", "--since", "2d", "--output", "json"]).await;
    assert_eq!(as_json.json(), answer);
}

#[tokio::test]
async fn one_that_did_not_come_to_its_end_is_no_success() {
    let desk = Desk::new().await;
    let answer =
        json!({ "items": [report("won-deal", Some("Close's event log cannot be read: Not today."))] });
    desk.answers("POST", "/deliveries/recover", 200, &answer).await;
    let done = desk.run(&["deliveries", "recover", "--since", "2d"]).await;
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("Not today."), "{}", done.stderr);
    assert_eq!(desk.run(&["deliveries", "recover"]).await.code, 2, "from when on has to be said");
}

#[tokio::test]
async fn a_refusal_is_shown() {
    let desk = Desk::new().await;
    let refusal =
        problem(409, "Something else changed it at the same time", "`won-deal` has no active trigger.");
    desk.answers("POST", "/deliveries/recover", 409, &refusal).await;
    let refused = desk.run(&["deliveries", "recover", "--since", "2d", "--workflow", "won-deal"]).await;
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("has no active trigger"), "{}", refused.stderr);
}
