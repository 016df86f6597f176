//! Leads, contacts, opportunities, tasks, notes and custom activities over the API, and the events that come of them.

use close_simulator::{EventDraft, SimulatorConfig};
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::client::{Client, KEY, text};

/// Types and actions in the log, the oldest first.
async fn log(client: &Client) -> Vec<String> {
    let (_, log) = client.get("/event/").await;
    let events = log["data"].as_array().unwrap();
    events.iter().rev().map(|it| format!("{}.{}", text(it, "object_type"), text(it, "action"))).collect()
}

async fn lead(client: &Client) -> Value {
    let contact =
        json!({ "name": "Greta Holm", "emails": [{ "type": "office", "email": "greta@nord.example" }] });
    let (status, lead) = client.post("/lead/", json!({ "name": "Café Nord", "contacts": [contact] })).await;
    assert_eq!(status, StatusCode::OK, "{lead}");
    lead
}

#[tokio::test]
async fn a_lead_is_created_with_its_contacts_and_read_back() {
    let client = Client::start().await;
    let lead = lead(&client).await;

    assert_eq!((text(&lead, "display_name"), text(&lead, "status_label")), ("Café Nord", "Potential"));
    assert_eq!(lead["contacts"][0]["lead_id"], lead["id"]);
    assert_eq!(client.get(&format!("/lead/{}/", text(&lead, "id"))).await, (StatusCode::OK, lead.clone()));
    let (_, contact) = client.get(&format!("/contact/{}/", text(&lead["contacts"][0], "id"))).await;
    assert_eq!(text(&contact, "display_name"), "Greta Holm");
    let (_, found) = client.get("/lead/?query=caf%C3%A9").await;
    assert_eq!(found["data"], json!([lead]));
    assert_eq!(client.get("/lead/?query=nobody").await.1["data"], json!([]));
    assert_eq!(log(&client).await, ["lead.created", "contact.created"]);
}

#[tokio::test]
async fn a_won_opportunity_is_an_update_and_a_status_change() {
    let client = Client::start().await;
    let lead = lead(&client).await;
    let (_, deal) = client.post("/opportunity/", json!({ "lead_id": lead["id"], "value": 2_500_000 })).await;
    assert_eq!(text(&deal, "value_formatted"), "$25000");
    let (_, moved) = client
        .control(
            reqwest::Method::POST,
            "/events",
            Some(json!({
            "object_type": "activity.opportunity_status_change", "action": "created" })),
        )
        .await;
    let won = &moved["event"]["data"]["new_status_id"];

    let path = format!("/opportunity/{}/", text(&deal, "id"));
    let (_, after) = client.put(&path, json!({ "status_id": won })).await;
    assert_eq!((text(&after, "status_label"), text(&after, "status_type")), ("Won", "won"));

    let (_, events) = client.get(&format!("/event/?lead_id={}", text(&lead, "id"))).await;
    let (change, update) = (&events["data"][0], &events["data"][1]);
    assert_eq!(update["previous_data"]["status_id"], deal["status_id"]);
    assert!(update["changed_fields"].as_array().unwrap().contains(&json!("status_id")));
    assert_eq!(text(change, "object_type"), "activity.opportunity_status_change");
    assert_eq!(change["data"]["opportunity_id"], deal["id"]);
    assert_eq!(change["data"]["opportunity_value"], 2_500_000);
    assert_eq!(change["data"]["old_status_id"], deal["status_id"]);
    assert_eq!(change["data"]["new_status_id"], *won);
    assert_eq!(change["request_id"], update["request_id"]);
}

#[tokio::test]
async fn a_finished_task_is_updated_and_completed() {
    let client = Client::start().await;
    let lead = lead(&client).await;
    let (_, task) = client.post("/task/", json!({ "lead_id": lead["id"], "text": "Call back" })).await;
    let path = format!("/task/{}/", text(&task, "id"));
    client.put(&path, json!({ "is_complete": true })).await;
    client.put(&path, json!({ "is_complete": true })).await;

    let told =
        ["task.lead.created", "task.lead.updated", "task.lead.completed", "activity.task_completed.created"];
    assert_eq!(log(&client).await[2..], told, "and a change of nothing is no event");
    assert_eq!(client.get("/task/?is_complete=true").await.1["data"][0]["id"], task["id"]);
    let (_, shown) = client.get(&format!("/lead/{}/", text(&lead, "id"))).await;
    assert_eq!(shown["tasks"][0]["text"], "Call back");
}

#[rstest]
#[case::contact("/contact/", json!({ "name": "Ada" }), "lead_id")]
#[case::note("/activity/note/", json!({ "note": "x" }), "lead_id")]
#[case::unknown_lead("/task/", json!({ "lead_id": "lead_unknown", "text": "x" }), "lead_id")]
#[case::no_activity_type("/activity/custom/", json!({ "lead_id": "lead_unknown" }), "custom_activity_type_id")]
#[tokio::test]
async fn what_is_missing_is_named(#[case] path: &str, #[case] body: Value, #[case] field: &str) {
    let client = Client::start().await;
    let (status, refused) = client.post(path, body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refused["field-errors"][field].is_string(), "{refused}");
}

#[tokio::test]
async fn notes_and_custom_activities_are_kept_and_deleted() {
    let client = Client::start().await;
    let lead = lead(&client).await;
    let (_, note) = client.post("/activity/note/", json!({ "lead_id": lead["id"], "note": "Hello" })).await;
    let activity =
        json!({ "lead_id": lead["id"], "custom_activity_type_id": "actitype_1", "status": "draft" });
    let (_, activity) = client.post("/activity/custom/", activity).await;
    let path = format!("/activity/custom/{}/", text(&activity, "id"));
    let (_, published) = client.put(&path, json!({ "status": "published" })).await;
    assert_eq!(text(&published, "status"), "published");

    let note_path = format!("/activity/note/{}/", text(&note, "id"));
    assert_eq!(client.delete(&note_path).await, (StatusCode::OK, json!({})));
    assert_eq!(client.get(&note_path).await.0, StatusCode::NOT_FOUND);
    let (_, log) = client.get("/event/?object_type=activity.note&action=deleted").await;
    assert_eq!(
        (&log["data"][0]["data"], &log["data"][0]["previous_data"]["note"]),
        (&Value::Null, &json!("Hello"))
    );
}

#[tokio::test]
async fn a_deleted_lead_takes_its_children_along() {
    let client = Client::start().await;
    let lead = lead(&client).await;
    let (_, task) = client.post("/task/", json!({ "lead_id": lead["id"], "text": "Call back" })).await;
    client.delete(&format!("/lead/{}/", text(&lead, "id"))).await;

    assert_eq!(client.get(&format!("/task/{}/", text(&task, "id"))).await.0, StatusCode::NOT_FOUND);
    assert_eq!(log(&client).await[3..], ["lead.deleted", "contact.deleted", "task.lead.deleted"]);
}

#[tokio::test]
async fn a_leads_contact_is_changed_in_one_place() {
    let client = Client::start().await;
    let lead = lead(&client).await;
    let path = format!("/contact/{}/", text(&lead["contacts"][0], "id"));
    client.put(&path, json!({ "title": "Founder" })).await;
    let (_, renamed) = client.put(&format!("/lead/{}/", text(&lead, "id")), json!({ "name": "Nord" })).await;

    assert_eq!((text(&renamed, "display_name"), text(&renamed["contacts"][0], "title")), ("Nord", "Founder"));
    let (_, log) = client.get("/event/?object_type=lead&action=updated").await;
    let changed = log["data"][0]["changed_fields"].as_array().unwrap();
    let mut changed: Vec<&str> = changed.iter().filter_map(Value::as_str).collect();
    changed.sort_unstable();
    assert_eq!(changed, ["date_updated", "display_name", "name"]);
}

#[tokio::test]
async fn the_lead_of_an_emitted_event_can_be_read() {
    let client = Client::start().await;
    let event = client.simulator.emit(&EventDraft::new("activity.call", "completed")).unwrap();
    let (status, lead) = client.get(&format!("/lead/{}/", event.lead_id.unwrap())).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(lead["contacts"][0]["id"], event.data["contact_id"]);
}

#[tokio::test]
async fn writes_are_silent_where_the_configuration_says_so() {
    let config = SimulatorConfig { events_from_writes: false, ..SimulatorConfig::for_tests(KEY) };
    let client = Client::start_with(config).await;
    lead(&client).await;
    assert_eq!(log(&client).await, [""; 0]);
}
