//! Opportunities: deals with a value (in cents) and a status.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, with};
use crate::organization::OpportunityStatus;

pub(super) fn sample(scene: &mut Scene<'_>) -> Sample {
    let value = i64::from(scene.dice.below(180) + 20) * 25_000;
    let lead = scene.lead.clone();
    let object = with(
        blank(scene),
        json!({
            "contact_id": lead.contact_id,
            "contact_name": lead.contact_name,
            "confidence": 60,
            "note": "Wants delivery before the quarter ends.",
        }),
    );
    let object = with(
        with(object, status_fields(&scene.organization.opportunity_statuses[1])),
        value_fields(value, 60),
    );
    let before = &scene.organization.opportunity_statuses[0];
    let previous = json!({
        "status_id": before.id, "status_label": before.label, "status_display_name": before.label, "confidence": 30,
    });
    Sample::new(object, &previous)
}

/// An opportunity of the scene's lead without a value, in the pipeline's first status.
pub(super) fn blank(scene: &mut Scene<'_>) -> Map<String, Value> {
    let record = with(
        scene.record("oppo"),
        json!({
            "lead_id": scene.lead.id,
            "lead_name": scene.lead.name,
            "contact_id": null,
            "contact_name": null,
            "user_id": scene.user.id,
            "user_name": scene.user.name(),
            "pipeline_id": scene.organization.pipeline_id,
            "pipeline_name": "Sales",
            "confidence": 50,
            "note": "",
            "date_won": null,
            "date_lost": null,
            "value_period": "one_time",
            "value_currency": "USD",
            "attachments": [],
            "integration_links": [],
        }),
    );
    with(with(record, status_fields(&scene.organization.opportunity_statuses[0])), value_fields(0, 50))
}

/// The fields that follow from an opportunity's status.
pub(crate) fn status_fields(status: &OpportunityStatus) -> Value {
    json!({
        "status_id": status.id,
        "status_label": status.label,
        "status_display_name": status.label,
        "status_type": status.kind,
    })
}

/// The fields that follow from an opportunity's value in cents and its confidence in per cent.
pub(crate) fn value_fields(cents: i64, confidence: i64) -> Value {
    let expected = cents.saturating_mul(confidence) / 100;
    json!({
        "value": cents,
        "value_formatted": format!("${}", cents / 100),
        "annualized_value": cents,
        "expected_value": expected,
        "annualized_expected_value": expected,
    })
}
