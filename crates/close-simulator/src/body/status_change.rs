//! Moves of leads and opportunities from one status to another.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, with};
use crate::organization::{LeadStatus, OpportunityStatus};

pub(super) fn lead(scene: &mut Scene<'_>) -> Sample {
    let organization = scene.organization;
    let object = of_lead(scene, &organization.lead_statuses[0], &organization.lead_statuses[1]);
    let between = &organization.lead_statuses[3];
    Sample::new(object, &json!({ "new_status_id": between.id, "new_status_label": between.label }))
}

/// The activity of a lead that moved.
pub(crate) fn of_lead(scene: &mut Scene<'_>, old: &LeadStatus, new: &LeadStatus) -> Map<String, Value> {
    with(
        scene.activity("LeadStatusChange"),
        json!({
            "old_status_id": old.id, "old_status_label": old.label,
            "new_status_id": new.id, "new_status_label": new.label,
        }),
    )
}

pub(super) fn opportunity(scene: &mut Scene<'_>) -> Sample {
    let organization = scene.organization;
    let statuses = &organization.opportunity_statuses;
    let (before, between, won) = (&statuses[0], &statuses[1], &statuses[2]);
    let mut opportunity = super::opportunity::sample(scene).object;
    opportunity.insert("confidence".to_owned(), json!(100));
    opportunity.insert("date_won".to_owned(), json!(scene.days_away(0)));
    let object = of_opportunity(scene, &opportunity, before, won);
    let previous = json!({
        "new_status_id": between.id, "new_status_label": between.label, "new_status_type": between.kind,
    });
    Sample::new(object, &previous)
}

/// The activity of an opportunity that moved. `value`, `confidence` and `status_id` are there without their prefix
/// too, because the trigger node's documentation shows them so.
pub(crate) fn of_opportunity(
    scene: &mut Scene<'_>,
    opportunity: &Map<String, Value>,
    old: &OpportunityStatus,
    new: &OpportunityStatus,
) -> Map<String, Value> {
    let of = |field: &str| opportunity.get(field).cloned().unwrap_or_default();
    with(
        scene.activity("OpportunityStatusChange"),
        json!({
            "opportunity_id": of("id"),
            "opportunity_value": of("value"),
            "opportunity_value_formatted": of("value_formatted"),
            "opportunity_value_currency": of("value_currency"),
            "opportunity_value_period": of("value_period"),
            "opportunity_confidence": of("confidence"),
            "opportunity_date_won": of("date_won"),
            "value": of("value"),
            "value_currency": of("value_currency"),
            "value_period": of("value_period"),
            "confidence": of("confidence"),
            "status_id": new.id,
            "old_status_id": old.id, "old_status_label": old.label, "old_status_type": old.kind,
            "new_status_id": new.id, "new_status_label": new.label, "new_status_type": new.kind,
            "old_pipeline_id": of("pipeline_id"), "old_pipeline_name": of("pipeline_name"),
            "new_pipeline_id": of("pipeline_id"), "new_pipeline_name": of("pipeline_name"),
        }),
    )
}
