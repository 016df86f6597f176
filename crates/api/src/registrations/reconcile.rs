//! `POST /registrations/reconcile`: compares what should be registered with what the vendors list, and puts right what
//! differs.

use axum::Json;
use axum::extract::State;
use bellhop_storage::{Action, Subject};
use bellhop_trigger::lifecycle::{LifecycleError, Report};
use serde_json::json;

use crate::audit::note;
use crate::extract::Admin;
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Answers with what was looked at, found and done. What a vendor refused is told there: it is no error of this call.
#[utoipa::path(
    post,
    path = "/api/v1/registrations/reconcile",
    tag = "Registrations",
    operation_id = "reconcile_registrations",
    summary = "Compare with the vendors, and put right what differs",
    responses(
        (status = 200, body = Report, description = "What was looked at, found and done"),
        (status = 409, description = "Another node is at it"),
    ),
)]
pub(crate) async fn reconcile(caller: Admin, State(state): State<ApiState>) -> Result<Json<Report>, Problem> {
    match state.lifecycle.reconcile().await {
        Ok(report) => {
            let mended = report.found.iter().filter(|found| found.mended).count();
            let after = json!({ "found": report.found.len(), "mended": mended });
            note(&state, &caller, Action::Reconcile, Subject::Registrations, after).await;
            Ok(Json(report))
        }
        Err(LifecycleError::Busy) => Err(Problem::because(
            kind::CONFLICT,
            "Another node is reconciling just now. Try again in a moment.",
        )),
        Err(LifecycleError::Store(error)) => Err(error.into()),
        Err(error) => Err(Problem::internal(error)),
    }
}
