//! Fields that follow from others: labels from ids, a formatted value from the value.

use serde_json::{Map, Value, json};

use crate::body::{opportunity_status_fields, opportunity_value_fields, with};
use crate::objects::Kind;
use crate::organization::Organization;
use crate::subscription::FieldErrors;

/// Brings the fields of `object` in line with those that `given` set.
pub(crate) fn settle(
    kind: Kind,
    object: &mut Map<String, Value>,
    given: &Map<String, Value>,
    organization: &Organization,
) -> Result<(), FieldErrors> {
    match kind {
        Kind::Lead => {
            if let Some(name) = given.get("name") {
                object.insert("display_name".to_owned(), name.clone());
            }
            if let Some(id) = given.get("status_id") {
                let status = id.as_str().and_then(|id| organization.lead_status(id));
                let status = status.ok_or_else(|| no_such("status_id"))?;
                object.insert("status_label".to_owned(), json!(status.label));
            }
        }
        Kind::Contact => {
            if let Some(name) = given.get("name") {
                object.insert("display_name".to_owned(), name.clone());
            }
        }
        Kind::Opportunity => {
            if let Some(id) = given.get("status_id") {
                let status = id.as_str().and_then(|id| organization.opportunity_status(id));
                let status = status.ok_or_else(|| no_such("status_id"))?;
                *object = with(std::mem::take(object), opportunity_status_fields(status));
            }
            let number = |field: &str| object.get(field).and_then(Value::as_i64).unwrap_or_default();
            let values = opportunity_value_fields(number("value"), number("confidence"));
            *object = with(std::mem::take(object), values);
        }
        Kind::Task | Kind::Note | Kind::CustomActivity => {}
    }
    Ok(())
}

pub(crate) fn no_such(field: &str) -> FieldErrors {
    FieldErrors::from([(field.to_owned(), "Object does not exist.".to_owned())])
}
