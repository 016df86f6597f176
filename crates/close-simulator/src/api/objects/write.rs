//! Creating, changing and deleting objects, and the events that come of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::consequences::{self, Author};
use super::fields::{no_such, settle};
use crate::api::caller::Caller;
use crate::api::{ApiError, Input};
use crate::body::{self, LeadCard, Scene, with};
use crate::clock::with_offset;
use crate::hub::Hub;
use crate::objects::Kind;
use crate::subscription::FieldErrors;
use crate::world::World;

pub(crate) fn create(
    kind: Kind,
    State(hub): State<Arc<Hub>>,
    caller: &Caller,
    Input(given): Input,
) -> Result<Json<Value>, ApiError> {
    let now = hub.now();
    let (view, occurrences) = {
        let mut world = hub.world();
        check_required(kind, &given, &world)?;
        let object = build(kind, given, &mut world, caller, now)?;
        world.objects.put(kind, object.clone());
        let author = Author::new(caller, "POST", &format!("/api/v1/{}/", kind.path()));
        let occurrences = consequences::of_creation(kind, &object, &author);
        let id = object["id"].as_str().unwrap_or_default();
        (world.objects.show(kind, id).ok_or(ApiError::NotFound)?, occurrences)
    };
    hub.happen(occurrences);
    Ok(Json(Value::Object(view)))
}

pub(crate) fn update(
    kind: Kind,
    State(hub): State<Arc<Hub>>,
    caller: &Caller,
    Path(id): Path<String>,
    Input(given): Input,
) -> Result<Json<Value>, ApiError> {
    let now = hub.now();
    let (view, occurrences) = {
        let mut world = hub.world();
        let before = world.objects.show(kind, &id).ok_or(ApiError::NotFound)?;
        let mut after = with(before.clone(), Value::Object(given.clone()));
        after.insert("id".to_owned(), json!(id));
        settle(kind, &mut after, &given, &world.organization)?;
        after.insert("date_updated".to_owned(), json!(with_offset(now)));
        after.insert("updated_by".to_owned(), json!(caller.user_id));
        world.objects.put(kind, after);
        let after = world.objects.show(kind, &id).ok_or(ApiError::NotFound)?;
        let author = Author::new(caller, "PUT", &format!("/api/v1/{}/{id}/", kind.path()));
        let organization = Arc::clone(&world.organization);
        let lead =
            after.get("lead_id").or_else(|| after.get("id")).and_then(Value::as_str).map(ToOwned::to_owned);
        let mut scene = scene(&organization, &mut world, lead, caller, now);
        let occurrences = consequences::of_update(kind, &before, &after, &author, &mut scene);
        (after, occurrences)
    };
    hub.happen(occurrences);
    Ok(Json(Value::Object(view)))
}

pub(crate) fn delete(
    kind: Kind,
    State(hub): State<Arc<Hub>>,
    caller: &Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let author = Author::new(caller, "DELETE", &format!("/api/v1/{}/{id}/", kind.path()));
    let occurrences = {
        let mut world = hub.world();
        let removed = world.objects.show(kind, &id).ok_or(ApiError::NotFound)?;
        let mut removed = vec![(kind, removed)];
        if kind == Kind::Lead {
            removed.extend(world.objects.of_lead(&id));
        }
        for (kind, object) in &removed {
            world.objects.remove(*kind, object["id"].as_str().unwrap_or_default());
        }
        removed.iter().map(|(kind, object)| consequences::of_deletion(*kind, object, &author)).collect()
    };
    hub.happen(occurrences);
    Ok(Json(json!({})))
}

fn check_required(kind: Kind, given: &Map<String, Value>, world: &World) -> Result<(), FieldErrors> {
    let missing: FieldErrors = kind
        .required()
        .iter()
        .filter(|field| given.get(**field).is_none_or(Value::is_null))
        .map(|field| ((*field).to_owned(), "This field is required.".to_owned()))
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    match given.get("lead_id") {
        Some(id) if world.objects.get(Kind::Lead, id.as_str().unwrap_or_default()).is_none() => {
            Err(no_such("lead_id"))
        }
        _ => Ok(()),
    }
}

/// A new object of what was given and Close's defaults. The contacts of a lead become contacts of their own.
fn build(
    kind: Kind,
    mut given: Map<String, Value>,
    world: &mut World,
    caller: &Caller,
    now: Timestamp,
) -> Result<Map<String, Value>, FieldErrors> {
    // The id is Close's to give.
    given.remove("id");
    let organization = Arc::clone(&world.organization);
    let lead = given.get("lead_id").and_then(Value::as_str).map(ToOwned::to_owned);
    let mut scene = scene(&organization, world, lead, caller, now);
    let contacts = if kind == Kind::Lead { given.remove("contacts") } else { None };
    let mut object = with(body::blank(kind, &mut scene), Value::Object(given.clone()));
    settle(kind, &mut object, &given, &organization)?;
    if let Some(Value::Array(contacts)) = contacts {
        object["id"].as_str().unwrap_or_default().clone_into(&mut scene.lead.id);
        let contacts: Vec<Value> = contacts
            .into_iter()
            .map(|contact| {
                let mut object = with(body::blank(Kind::Contact, &mut scene), contact);
                let name = object.get("name").cloned().unwrap_or_default();
                object.insert("display_name".to_owned(), name);
                Value::Object(object)
            })
            .collect();
        object.insert("contacts".to_owned(), Value::Array(contacts));
    }
    Ok(object)
}

/// The scene of a call: the caller, and the lead that it is about.
fn scene<'a>(
    organization: &'a crate::organization::Organization,
    world: &'a mut World,
    lead_id: Option<String>,
    caller: &Caller,
    now: Timestamp,
) -> Scene<'a> {
    let mut lead = LeadCard::draw(&mut world.dice);
    if let Some(id) = lead_id {
        let stored = world.objects.get(Kind::Lead, &id);
        let name = stored.and_then(|lead| lead.get("name")?.as_str());
        name.unwrap_or_default().clone_into(&mut lead.name);
        lead.id = id;
    }
    let user = organization.user(&caller.user_id).unwrap_or(&organization.users[0]).clone();
    Scene { organization, dice: &mut world.dice, now, born: now, lead, user }
}
