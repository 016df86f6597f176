//! Sample objects for every object type of the catalogue: what Close would put into an event's `data`.
//!
//! Fields and their values follow Close's published objects; names of people and companies are made up. Each file
//! holds the types of one kind; a type's function gives the whole object as it is after the event, and for an
//! `updated` event the old values of the fields that changed.

mod call;
mod collaboration;
mod contact;
mod custom_activity;
mod custom_type;
mod email;
mod form;
mod job;
mod lead;
mod meeting;
mod message;
mod note;
mod opportunity;
mod record;
mod scene;
mod setup;
mod status_change;
mod task;
mod template;

use serde_json::{Map, Value};

pub(crate) use opportunity::{
    status_fields as opportunity_status_fields, value_fields as opportunity_value_fields,
};
pub(crate) use record::of_task as task_completion;
pub(crate) use scene::{LeadCard, Scene};
pub(crate) use status_change::{of_lead as lead_status_change, of_opportunity as opportunity_status_change};

use crate::objects::Kind;

/// An object and what it was before.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The whole object, as it is after the event.
    pub(crate) object: Map<String, Value>,
    /// Old values of the fields that an `updated` event changed.
    pub(crate) previous: Map<String, Value>,
}

impl Sample {
    fn new(object: Map<String, Value>, previous: &Value) -> Self {
        Self { object, previous: previous.as_object().cloned().unwrap_or_default() }
    }
}

/// `base` with the fields of `more` (an object) put over it.
pub(crate) fn with(mut base: Map<String, Value>, more: Value) -> Map<String, Value> {
    if let Value::Object(more) = more {
        base.extend(more);
    }
    base
}

/// The object that an event of this type and action is about; `None` for a type that has no sample.
pub(crate) fn sample(object_type: &str, action: &str, scene: &mut Scene<'_>) -> Option<Sample> {
    let (family, member) = object_type.split_once('.').unwrap_or((object_type, ""));
    let sample = match (family, member) {
        ("lead", _) => lead::sample(scene),
        ("contact", _) => contact::sample(scene),
        ("opportunity", _) => opportunity::sample(scene),
        ("task", subtype) => task::sample(subtype, action, scene),
        ("activity", "email") => email::email(action, scene),
        ("activity", "email_thread") => email::thread(scene),
        ("unsubscribed_email", _) => email::unsubscribed(scene),
        ("activity", "call") => call::sample(action, scene),
        ("activity", "sms") => message::sms(action, scene),
        ("activity", "whatsapp_message") => message::whatsapp(scene),
        ("activity", "note") => note::sample(scene),
        ("activity", "meeting") => meeting::sample(action, scene),
        ("activity", "form_submission") => form::sample(scene),
        ("activity", "lead_status_change") => status_change::lead(scene),
        ("activity", "opportunity_status_change") => status_change::opportunity(scene),
        ("activity", "custom_activity") => custom_activity::sample(action, scene),
        ("activity", "task_completed") => record::task_completed(scene),
        ("activity", "lead_merge") => record::lead_merge(action, scene),
        ("activity", "created") => record::creation(scene),
        ("import", _) => job::import(action, scene),
        ("export", exported) => job::export(exported, action, scene),
        ("bulk_action", kind) => job::bulk_action(kind, action, scene),
        ("custom_fields", owner) => custom_type::field(owner, scene),
        ("custom_activity_type", _) => custom_type::activity_type(scene),
        ("custom_object_type", _) => custom_type::object_type(scene),
        ("custom_object", _) => custom_type::object(scene),
        ("status", owner) => setup::status(owner, scene),
        ("membership", _) => setup::membership(action, scene),
        ("group", _) => setup::group(scene),
        ("saved_search", _) => setup::saved_search(scene),
        ("phone_number", _) => setup::phone_number(scene),
        ("email_template", _) => template::email(scene),
        ("sms_template", _) => template::sms(scene),
        ("sequence", _) => template::sequence(scene),
        ("sequence_subscription", _) => template::subscription(scene),
        ("comment", _) => collaboration::comment(scene),
        ("comment_thread", _) => collaboration::thread(scene),
        _ => return None,
    };
    Some(sample)
}

/// A new object of a kind that the API can create, with Close's defaults in every field.
pub(crate) fn blank(kind: Kind, scene: &mut Scene<'_>) -> Map<String, Value> {
    match kind {
        Kind::Lead => lead::blank(scene),
        Kind::Contact => contact::blank(scene),
        Kind::Opportunity => opportunity::blank(scene),
        Kind::Task => task::blank(scene),
        Kind::Note => note::blank(scene),
        Kind::CustomActivity => custom_activity::blank(scene),
    }
}
