//! `GET /me/`: whose key it is. Clients test a key with it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::ApiError;
use super::caller::Caller;
use crate::hub::Hub;

pub(crate) async fn show(State(hub): State<Arc<Hub>>, caller: Caller) -> Result<Json<Value>, ApiError> {
    let organization = Arc::clone(&hub.world().organization);
    let user = organization.user(&caller.user_id).ok_or(ApiError::NotFound)?;
    Ok(Json(json!({
        "id": user.id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "organizations": [{ "id": organization.id, "name": organization.name }],
        "memberships": [{
            "organization_id": organization.id, "role_id": if caller.is_admin { "admin" } else { "user" },
        }],
    })))
}
