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
            if let Some((field, name)) = status(given) {
                let status =
                    name.and_then(|name| organization.lead_status(name)).ok_or_else(|| no_such(field))?;
                object.remove("status");
                *object = with(
                    std::mem::take(object),
                    json!({ "status_id": status.id, "status_label": status.label }),
                );
            }
        }
        Kind::Contact => {
            if let Some(name) = given.get("name") {
                object.insert("display_name".to_owned(), name.clone());
            }
        }
        Kind::Opportunity => {
            if let Some((field, name)) = status(given) {
                let status = name.and_then(|name| organization.opportunity_status(name));
                let status = status.ok_or_else(|| no_such(field))?;
                object.remove("status");
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

/// The status that was given, by id or, as Close takes it too, by label; and the field that it was given in.
fn status(given: &Map<String, Value>) -> Option<(&'static str, Option<&str>)> {
    ["status_id", "status"].into_iter().find_map(|field| Some((field, given.get(field)?.as_str())))
}

pub(crate) fn no_such(field: &str) -> FieldErrors {
    FieldErrors::from([(field.to_owned(), "Object does not exist.".to_owned())])
}
