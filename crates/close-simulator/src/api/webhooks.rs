//! `/webhook/`: list, create, get, update, delete. <https://developer.close.com/api/resources/webhooks>

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::caller::Caller;
use super::paging::page;
use super::{ApiError, Input};
use crate::hub::Hub;
use crate::subscription::{Changes, Subscription, SubscriptionStatus};

pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let world = hub.world();
    let views = world.subscriptions.visible_to(caller.asker()).map(|it| it.view(&world.organization.id));
    page(views, &query).map(Json)
}

pub(crate) async fn create(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Input(body): Input,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let (url, events, changes) = Changes::read_new(&body)?;
    let now = hub.now();
    let mut guard = hub.world();
    let world = &mut *guard;
    let subscription = Subscription {
        id: world.dice.short_id("whsub"),
        url,
        status: SubscriptionStatus::Active,
        verify_ssl: changes.verify_ssl.unwrap_or(true),
        events,
        event_filter: changes.event_filter.unwrap_or_default(),
        signature_key: world.dice.key(),
        created_by: caller.user_id.clone(),
        updated_by: caller.user_id,
        date_created: now,
        date_updated: now,
        queue: 0,
        backlog: 0,
        failing_since: None,
    };
    let created = world.subscriptions.create(subscription, hub.config.subscription_limit)?;
    tracing::info!(id = created.id, url = created.url, "subscription created");
    Ok((StatusCode::CREATED, Json(created.view_with_key(&world.organization.id))))
}

pub(crate) async fn show(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let world = hub.world();
    let subscription = world.subscriptions.get(&id, caller.asker()).ok_or(ApiError::NotFound)?;
    Ok(Json(subscription.view(&world.organization.id)))
}

pub(crate) async fn update(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
    Input(body): Input,
) -> Result<Json<Value>, ApiError> {
    let changes = Changes::read(&body)?;
    let now = hub.now();
    let mut world = hub.world();
    let organization = Arc::clone(&world.organization);
    let updated = world.subscriptions.update(&id, changes, caller.asker(), now)?;
    Ok(Json(updated.view(&organization.id)))
}

pub(crate) async fn delete(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    hub.world().subscriptions.delete(&id, caller.asker())?;
    tracing::info!(id, "subscription deleted");
    Ok(Json(json!({})))
}
