//! Makes up what a draft leaves open: the object, what changed, and the lead that it belongs to.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{EmitError, Event, EventDraft};
use crate::body::{self, LeadCard, Sample, Scene, with};
use crate::catalogue;
use crate::clock::with_offset;
use crate::delivery::DeliveryOptions;
use crate::dice::Dice;
use crate::objects::{Kind, Objects};
use crate::organization::Organization;

/// How old the samples are that something happens to after their creation.
const AGE: SignedDuration = SignedDuration::from_hours(72);

/// What happened, before it has an id and a date.
#[derive(Debug, Clone, Default)]
pub(crate) struct Occurrence {
    pub(crate) object_type: String,
    pub(crate) action: String,
    pub(crate) object_id: String,
    pub(crate) lead_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) api_key_id: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) changed_fields: Vec<String>,
    pub(crate) data: Value,
    pub(crate) previous_data: Value,
    pub(crate) meta: Value,
    /// An id that the caller wishes for.
    pub(crate) event_id: Option<String>,
    pub(crate) delivery: DeliveryOptions,
}

impl Event {
    /// The event of an occurrence, which happens `now`.
    pub(crate) fn happened(
        occurrence: Occurrence,
        id: String,
        organization_id: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            date_created: now,
            date_updated: now,
            organization_id: organization_id.to_owned(),
            user_id: occurrence.user_id,
            request_id: occurrence.request_id,
            api_key_id: occurrence.api_key_id,
            oauth_client_id: None,
            oauth_scope: None,
            object_type: occurrence.object_type,
            object_id: occurrence.object_id,
            lead_id: occurrence.lead_id,
            action: occurrence.action,
            changed_fields: occurrence.changed_fields,
            data: occurrence.data,
            previous_data: occurrence.previous_data,
            meta: occurrence.meta,
        }
    }
}

/// An occurrence with the objects that it leaves behind.
pub(crate) struct Composed {
    pub(crate) occurrence: Occurrence,
    /// The object after the event (before it, for a deletion).
    pub(crate) object: Map<String, Value>,
    /// The lead that it belongs to, where that one is not stored yet.
    pub(crate) new_lead: Option<Map<String, Value>>,
}

/// Makes an occurrence of a draft.
pub(crate) fn compose(
    draft: &EventDraft,
    organization: &Organization,
    dice: &mut Dice,
    objects: &Objects,
    now: Timestamp,
) -> Result<Composed, EmitError> {
    let unknown =
        || EmitError::UnknownPair { object_type: draft.object_type.clone(), action: draft.action.clone() };
    catalogue::find(&draft.object_type, &draft.action).ok_or_else(unknown)?;

    let kind = Kind::of(&draft.object_type);
    let named_id = draft.object_id.clone().or_else(|| text(&draft.data, "id"));
    let stored = kind.zip(named_id.as_deref()).and_then(|(kind, id)| objects.show(kind, id));
    let lead_id = if kind == Some(Kind::Lead) {
        named_id.clone()
    } else {
        let of_stored = stored.as_ref().and_then(|object| text(object, "lead_id"));
        draft.lead_id.clone().or_else(|| text(&draft.data, "lead_id")).or(of_stored)
    };
    let is_new = matches!(draft.action.as_str(), "created" | "activated");
    let user =
        draft.user_id.as_deref().and_then(|id| organization.user(id)).unwrap_or(&organization.users[0]);
    let mut scene = Scene {
        organization,
        lead: lead_card(lead_id, objects, dice),
        dice,
        now,
        born: if is_new { now } else { now.saturating_sub(AGE).unwrap_or(now) },
        user: user.clone(),
    };

    let sample = body::sample(&draft.object_type, &draft.action, &mut scene).ok_or_else(unknown)?;
    let mut before = stored.unwrap_or_else(|| sample.object.clone());
    if let Some(id) = named_id {
        before.insert("id".to_owned(), json!(id));
    }
    let mut object = with(before.clone(), Value::Object(draft.data.clone()));
    if kind == Some(Kind::Task) && draft.action == "completed" {
        object.insert("is_complete".to_owned(), json!(true));
    }

    let previous = previous_of(draft, &before, &sample, &scene, &object);
    let lead_id = if kind == Some(Kind::Lead) { text(&object, "id") } else { text(&object, "lead_id") };
    let new_lead = lead_id
        .as_deref()
        .filter(|id| kind != Some(Kind::Lead) && objects.get(Kind::Lead, id).is_none())
        .and_then(|id| lead_object(id, &mut scene));
    let changed = || previous.keys().cloned().collect();
    let occurrence = Occurrence {
        object_type: draft.object_type.clone(),
        action: draft.action.clone(),
        object_id: text(&object, "id").unwrap_or_default(),
        lead_id,
        user_id: Some(draft.user_id.clone().unwrap_or_else(|| scene.user.id.clone())),
        api_key_id: None,
        request_id: Some(scene.dice.short_id("req")),
        changed_fields: match (&draft.changed_fields, draft.action.as_str()) {
            (Some(given), _) => given.clone(),
            (None, "updated") => changed(),
            (None, _) => Vec::new(),
        },
        data: if draft.action == "deleted" { Value::Null } else { Value::Object(object.clone()) },
        meta: Value::Object(with(meta(kind, draft, &object, &mut scene), Value::Object(draft.meta.clone()))),
        previous_data: Value::Object(previous),
        event_id: draft.event_id.clone(),
        delivery: draft.delivery.clone(),
    };
    Ok(Composed { occurrence, object, new_lead })
}

fn previous_of(
    draft: &EventDraft,
    before: &Map<String, Value>,
    sample: &Sample,
    scene: &Scene<'_>,
    object: &Map<String, Value>,
) -> Map<String, Value> {
    if let Some(given) = &draft.previous_data {
        return given.clone();
    }
    match draft.action.as_str() {
        "deleted" => object.clone(),
        "updated" => {
            let mut previous = if draft.data.is_empty() {
                sample.previous.clone()
            } else {
                let differs = |name: &&String| object.get(*name) != before.get(*name);
                let old = |name: &String| (name.clone(), before.get(name).cloned().unwrap_or_default());
                draft.data.keys().filter(differs).map(old).collect()
            };
            previous.entry("date_updated").or_insert_with(|| json!(with_offset(scene.born)));
            previous
        }
        _ => Map::new(),
    }
}

/// The lead with this id in short, as far as it is stored; another one's particulars where it is not.
fn lead_card(id: Option<String>, objects: &Objects, dice: &mut Dice) -> LeadCard {
    let mut card = LeadCard::draw(dice);
    let Some(id) = id else { return card };
    if let Some(name) = objects.get(Kind::Lead, &id).and_then(|lead| text(lead, "name")) {
        card.name = name;
        let contact = objects.all(Kind::Contact).find(|contact| contact.get("lead_id") == Some(&json!(id)));
        if let Some(contact) = contact {
            card.contact_id = text(contact, "id").unwrap_or(card.contact_id);
            card.contact_name = text(contact, "name").unwrap_or(card.contact_name);
        }
    }
    card.id = id;
    card
}

fn lead_object(id: &str, scene: &mut Scene<'_>) -> Option<Map<String, Value>> {
    id.clone_into(&mut scene.lead.id);
    body::sample("lead", "created", scene).map(|sample| sample.object)
}

/// How the event came about: which call of the API made it.
fn meta(
    kind: Option<Kind>,
    draft: &EventDraft,
    object: &Map<String, Value>,
    scene: &mut Scene<'_>,
) -> Map<String, Value> {
    if draft.object_type == "lead" && draft.action == "merged" {
        let source = scene.dice.id("lead");
        let ids = json!({ "merge_source_lead_id": source, "merge_destination_lead_id": object.get("id") });
        return with(request_meta("POST", "/api/v1/lead/merge/"), ids);
    }
    let Some(kind) = kind else { return Map::new() };
    let id = text(object, "id").unwrap_or_default();
    match draft.action.as_str() {
        "created" => request_meta("POST", &format!("/api/v1/{}/", kind.path())),
        "deleted" => request_meta("DELETE", &format!("/api/v1/{}/{id}/", kind.path())),
        _ => request_meta("PUT", &format!("/api/v1/{}/{id}/", kind.path())),
    }
}

fn request_meta(method: &str, path: &str) -> Map<String, Value> {
    with(Map::new(), json!({ "request_method": method, "request_path": path }))
}

/// A field's text.
fn text(object: &Map<String, Value>, field: &str) -> Option<String> {
    object.get(field).and_then(Value::as_str).map(ToOwned::to_owned)
}
