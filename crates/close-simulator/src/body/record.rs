//! Activities that Close itself writes down: a task was done, leads were merged, a lead came to be.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, with};

pub(super) fn task_completed(scene: &mut Scene<'_>) -> Sample {
    let task = super::task::sample("lead", "completed", scene).object;
    Sample::new(of_task(scene, &task), &json!({}))
}

/// The activity that says that `task` was done.
pub(crate) fn of_task(scene: &mut Scene<'_>, task: &Map<String, Value>) -> Map<String, Value> {
    let of = |field: &str| task.get(field).cloned().unwrap_or_default();
    with(
        scene.activity("TaskCompleted"),
        json!({
            "task_id": of("id"),
            "task_text": of("text"),
            "task_assigned_to": of("assigned_to"),
            "task_assigned_to_name": of("assigned_to_name"),
        }),
    )
}

pub(super) fn lead_merge(action: &str, scene: &mut Scene<'_>) -> Sample {
    let source_id = scene.dice.id("lead");
    let done = action != "created";
    let object = with(
        scene.activity("LeadMerge"),
        json!({
            "source_lead_id": source_id,
            "source_lead_name": format!("{} (old)", scene.lead.name),
            "destination_lead_id": scene.lead.id,
            "destination_lead_name": scene.lead.name,
            "status": if done { "done" } else { "in_progress" },
        }),
    );
    Sample::new(object, &json!({ "status": "in_progress" }))
}

pub(super) fn creation(scene: &mut Scene<'_>) -> Sample {
    let object = with(
        scene.activity("Created"),
        json!({ "source": "Close.io", "import_id": null, "source_type": "app", "lead_name": scene.lead.name }),
    );
    Sample::new(object, &json!({}))
}
