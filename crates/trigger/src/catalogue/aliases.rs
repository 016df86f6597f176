//! Names that Close's list of event types does not have, but some of its other pages do.

/// Each with the name in Close's list.
///
/// `custom_activity.created`, which the n8n node's documentation gives as Close's own, is not here: it is a category's
/// action already, and that action stands for `activity.custom_activity.created`.
pub(super) const CLOSE: [(&str, &str); 5] = [
    ("lead_merge.created", "activity.lead_merge.created"),
    ("lead_merge.updated", "activity.lead_merge.updated"),
    ("lead_merge.deleted", "activity.lead_merge.deleted"),
    ("status_change.lead", "activity.lead_status_change.created"),
    ("status_change.opportunity", "activity.opportunity_status_change.created"),
];

/// The name in Close's list for `name`, where it is one of these.
pub(super) fn close(name: &str) -> Option<&'static str> {
    CLOSE.iter().find(|(alias, _)| *alias == name).map(|(_, known)| *known)
}
