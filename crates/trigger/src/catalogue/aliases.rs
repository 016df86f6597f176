//! Names that Close's list of event types does not have, but some of its other pages do.

/// The name in Close's list for `name`, where it is one of these.
///
/// `custom_activity.created`, which the n8n node's documentation gives as Close's own, is not here: it is a category's
/// action already, and that action stands for `activity.custom_activity.created`.
pub(super) fn close(name: &str) -> Option<&'static str> {
    match name {
        "lead_merge.created" => Some("activity.lead_merge.created"),
        "lead_merge.updated" => Some("activity.lead_merge.updated"),
        "lead_merge.deleted" => Some("activity.lead_merge.deleted"),
        "status_change.lead" => Some("activity.lead_status_change.created"),
        "status_change.opportunity" => Some("activity.opportunity_status_change.created"),
        _ => None,
    }
}
