//! Work that runs for a while: imports, exports and bulk actions.

use serde_json::{Value, json};

use super::{Sample, Scene, with};

const TOTAL: u32 = 480;

/// How many of the items are done when the event comes.
fn done(action: &str) -> u32 {
    match action {
        "created" => 0,
        "updated" | "paused" => TOTAL / 2,
        _ => TOTAL,
    }
}

pub(super) fn import(action: &str, scene: &mut Scene<'_>) -> Sample {
    let status = match action {
        "created" => "created",
        "updated" => "in_progress",
        "reverting" => "reverting",
        "reverted" => "reverted",
        _ => "done",
    };
    let object = with(
        scene.record("impo"),
        json!({
            "filename": "fair-contacts.csv",
            "source": "csv",
            "status": status,
            "n_leads": TOTAL,
            "n_leads_processed": done(action),
            "n_contacts": TOTAL,
            "n_errors": 0,
            "user_id": scene.user.id,
        }),
    );
    Sample::new(object, &json!({ "status": "created", "n_leads_processed": 0 }))
}

pub(super) fn export(exported: &str, action: &str, scene: &mut Scene<'_>) -> Sample {
    let record = scene.record("expo");
    let finished = action == "completed";
    let url = format!("https://exports.close.example/{}.csv", record["id"].as_str().unwrap_or_default());
    let object = with(
        record,
        json!({
            "type": if exported == "lead" { "leads" } else { "opps" },
            "format": "csv",
            "status": if finished { "done" } else if action == "created" { "created" } else { "started" },
            "n_docs": TOTAL,
            "n_docs_processed": done(action),
            "download_url": if finished { json!(url) } else { Value::Null },
            "send_done_email": true,
            "include_activities": false,
            "user_id": scene.user.id,
        }),
    );
    Sample::new(object, &json!({ "status": "created", "n_docs_processed": 0 }))
}

pub(super) fn bulk_action(kind: &str, action: &str, scene: &mut Scene<'_>) -> Sample {
    let status = match action {
        "created" => "created",
        "updated" => "running",
        "paused" => "paused",
        _ => "done",
    };
    let common = with(
        scene.record("bulk"),
        json!({
            "status": status,
            "n_objects": TOTAL,
            "n_objects_processed": done(action),
            "n_leads": TOTAL,
            "n_leads_processed": done(action),
            "send_done_email": true,
            "s_query": { "query": { "type": "match_all" } },
        }),
    );
    let own = match kind {
        "edit" => {
            json!({ "type": "set_lead_status", "lead_status_id": scene.organization.lead_statuses[2].id })
        }
        "email" => json!({
            "template_id": scene.dice.id("tmpl"), "contact_preference": "lead", "sender": scene.user.email,
        }),
        "sequence_subscription" => json!({
            "action_type": "subscribe", "sequence_id": scene.dice.id("seq"), "contact_preference": "lead",
            "sender_email": scene.user.email, "sender_name": scene.user.name(),
        }),
        _ => json!({}),
    };
    Sample::new(with(common, own), &json!({ "status": "created", "n_objects_processed": 0 }))
}
