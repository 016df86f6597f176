//! The catalogue is in the program.

use serde_json::json;

use super::Desk;

#[tokio::test]
async fn events_are_listed_and_shown_without_a_server() {
    let desk = Desk::new().await;
    let providers = desk.run(&["catalog", "providers"]).await;
    assert_eq!(providers.code, 0);
    assert!(providers.stdout.lines().any(|line| line.starts_with("stripe") && line.contains("hmac-sha256")));

    let events = desk.run(&["catalog", "events", "--provider", "close", "--search", "lead status"]).await;
    assert!(events.stdout.contains("activity.lead_status_change.created"), "{}", events.stdout);
    assert!(!events.stdout.contains("contact.created"), "{}", events.stdout);

    let shown = desk.run(&["catalog", "show", "opportunity.status_change"]).await;
    assert!(
        shown.stdout.contains("event.type   activity.opportunity_status_change.created"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("event.data   new_status_type"), "{}", shown.stdout);
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_program_gets_what_rest_would_answer() {
    let desk = Desk::new().await;
    let fired = desk.run(&["catalog", "events", "--provider=schedule", "--output=json"]).await.json();
    assert_eq!((&fired["items"][0]["name"], &fired["next_cursor"]), (&json!("schedule.fired"), &json!(null)));
    let shown = desk.run(&["catalog", "show", "schedule.fired", "--output=json"]).await.json();
    assert_eq!(shown, fired["items"][0]);
}

#[tokio::test]
async fn what_is_not_there_is_refused_with_what_is_near() {
    let desk = Desk::new().await;
    let unknown = desk.run(&["catalog", "show", "lead.status_changed"]).await;
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("did you mean `lead.status_change`?"), "{}", unknown.stderr);
    let provider = desk.run(&["catalog", "events", "--provider", "hubspot"]).await;
    assert_eq!(provider.code, 2);
    assert!(provider.stderr.contains("there are close, webhook"), "{}", provider.stderr);
}
