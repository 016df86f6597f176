//! What a workflow is told of a time that fires.

use bellhop_workflow::event::{EventHead, Part};
use bellhop_workflow::ids::TriggerId;
use bellhop_workflow::model::{ScheduleTrigger, Timing};
use bellhop_workflow::schedule::interval_in_words;
use bellhop_workflow::time::Timestamp;
use serde_json::{Map, json};

/// The type of every such event.
pub const FIRED: &str = "schedule.fired";

/// The event of a trigger's time. Its id is the same for the same time of the same trigger.
pub(super) fn event(trigger: &TriggerId, schedule: &ScheduleTrigger, at: Timestamp) -> EventHead {
    let mut data = json!({ "scheduled_at": at, "timezone": schedule.timezone });
    match &schedule.timing {
        Timing::Cron(expression) => data["cron"] = json!(expression),
        Timing::Every(interval) => data["every"] = json!(interval_in_words(*interval)),
    }
    EventHead {
        id: format!("{trigger}@{at}"),
        kind: FIRED.to_owned(),
        object_type: "schedule".to_owned(),
        action: "fired".to_owned(),
        time: at,
        changed: Vec::new(),
        source: "schedule".to_owned(),
        ids: Map::new(),
        data: Part::Inline(data),
        previous: Part::ABSENT,
    }
}
