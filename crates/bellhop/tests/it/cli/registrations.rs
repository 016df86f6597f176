//! What triggers have at their vendors, as a person reads it.

use serde_json::json;

use super::{Desk, seconds_ago};

#[tokio::test]
async fn a_list_tells_what_the_vendor_says_and_what_was_put_right() {
    let desk = Desk::new().await;
    let registration = |workflow: &str, status: &str| {
        json!({
            "workflow": workflow, "trigger": "close", "provider": "close", "hook_id": "a1b2", "hook_url": "https://b.example/webhook/a1b2",
            "webhook_id": "whsub_1", "state": "active", "vendor_status": status, "events": [], "last_error": null,
            "last_delivery_at": null, "reconciled_at": seconds_ago(65), "mended": null
        })
    };
    let mut mended = registration("won-deal", "active");
    mended["mended"] = json!({ "at": seconds_ago(130), "what": "was paused at Close: resumed" });
    mended["last_recovery"] = json!({
        "since": "2026-03-02T09:00:00.000000Z", "requested_at": seconds_ago(130), "finished_at": seconds_ago(125),
        "report": { "fetched": 501, "run": 500 }, "error": null
    });
    let mut failing = registration("new-lead", "unknown");
    failing["last_error"] = json!("Failed to list webhooks: Down.");
    let list = json!({ "items": [mended, failing], "next_cursor": null });
    desk.answers("GET", "/registrations", 200, &list).await;
    let listed = desk.run(&["registrations", "list"]).await;
    let expected = "\
WORKFLOW  TRIGGER  AT     STATE   VENDOR   SUBSCRIPTION  LAST DELIVERY  LOOKED AT  RECOVERED                            NOTE
won-deal  close    close  active  active   whsub_1       -              1 min ago  500 run since 2026-03-02, 2 min ago  was paused at Close: resumed, 2 min ago
new-lead  close    close  active  unknown  whsub_1       -              1 min ago  -                                    Failed to list webhooks: Down.
";
    assert_eq!(listed.stdout, expected);
    assert_eq!(listed.code, 0);

    let desk = Desk::new().await;
    let mut late = registration("won-deal", "active");
    late["last_recovery"] = json!({
        "since": "2026-01-01T00:00:00.000000Z", "requested_at": seconds_ago(130), "finished_at": seconds_ago(125), "error": null,
        "report": { "run": 7, "too_old": { "since": "2026-01-01T00:00:00.000000Z", "until": "2026-02-01T00:00:00.000000Z" } }
    });
    desk.answers("GET", "/registrations", 200, &json!({ "items": [late], "next_cursor": null })).await;
    let listed = desk.run(&["registrations", "list"]).await;
    assert!(
        listed.stdout.contains("2 min ago; what is older than Close's 30 days is lost"),
        "{}",
        listed.stdout
    );
}

#[tokio::test]
async fn a_reconciliation_tells_what_was_put_right_and_fails_where_something_was_not() {
    let desk = Desk::new().await;
    let paused = json!({
        "workflow": "won-deal", "trigger": "close", "webhook_id": "whsub_1", "drift": "paused", "mended": true,
        "what": "was paused at Close: resumed", "error": null
    });
    let answer = json!({
        "started_at": seconds_ago(1), "finished_at": seconds_ago(0), "registrations": 3,
        "credentials": [{ "name": "close", "subscriptions": 12, "error": null, "retry_at": null }], "found": [paused]
    });
    desk.answers("POST", "/registrations/reconcile", 200, &answer).await;
    let told = desk.run(&["registrations", "reconcile"]).await;
    let expected = "\
3 registrations looked at: 1 put right
WORKFLOW  TRIGGER  SUBSCRIPTION  WHAT                          ERROR
won-deal  close    whsub_1       was paused at Close: resumed  -
";
    assert_eq!((told.stdout.as_str(), told.code), (expected, 0));
    assert_eq!(desk.run(&["registrations", "reconcile", "--output", "json"]).await.json(), answer);

    let desk = Desk::new().await;
    let down = json!({
        "started_at": seconds_ago(1), "finished_at": seconds_ago(0), "registrations": 0, "found": [],
        "credentials": [{ "name": "close", "subscriptions": null, "error": "Failed to list webhooks: Down.", "retry_at": null }]
    });
    desk.answers("POST", "/registrations/reconcile", 200, &down).await;
    let told = desk.run(&["registrations", "reconcile"]).await;
    let expected =
        "0 registrations looked at: nothing to put right\ncredential close: Failed to list webhooks: Down.\n";
    assert_eq!((told.stdout.as_str(), told.code), (expected, 1));
}
