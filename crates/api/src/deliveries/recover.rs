//! `POST /deliveries/recover`: an operator has fetched what vendors did not deliver.

use axum::Json;
use axum::extract::State;
use bellhop_storage::{Action, RegistrationRow, Subject};
use bellhop_trigger::catalogue::CLOSE;
use bellhop_trigger::recovery::{RecoveryError, Report};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::audit::note;
use crate::extract::{JsonBody, Writer};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// What is to be fetched.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recover {
    /// From when on, in RFC 3339.
    #[schema(format = DateTime, example = "2026-03-02T09:00:00Z")]
    since: String,
    /// For which workflow; for all that are active where it is left out.
    #[serde(default)]
    workflow: Option<WorkflowName>,
}

/// What came of it, a report for each trigger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recovered {
    items: Vec<Report>,
}

/// Fetches it and answers when that is done: one trigger after the other, so that none gets in the way of another at
/// Close's limit. Where the client goes away meanwhile, what it asked for is fetched all the same, some minutes later.
#[utoipa::path(
    post,
    path = "/api/v1/deliveries/recover",
    tag = "Deliveries",
    operation_id = "recover_deliveries",
    summary = "Fetch and run what Close did not deliver",
    request_body(content = Recover, description = "From when on, and for which workflow"),
    responses(
        (status = 200, body = Recovered, description = "What came of it, also where Close refused something"),
        (status = 404, description = "There is no such workflow"),
        (status = 409, description = "The workflow has no active trigger of Close's"),
        (status = 422, description = "It does not say a time that has been"),
    ),
)]
pub(crate) async fn recover(
    caller: Writer,
    State(state): State<ApiState>,
    JsonBody(Recover { since, workflow }): JsonBody<Recover>,
) -> Result<Json<Recovered>, Problem> {
    let since = Timestamp::parse(&since).map_err(|_| {
        Problem::because(kind::INVALID_BODY, "`since` has to be a time like `2026-03-02T09:00:00Z`.")
    })?;
    if since > state.clock.now() {
        return Err(Problem::because(kind::INVALID_BODY, "`since` lies ahead of the server's time."));
    }
    let registrations = if let Some(name) = &workflow {
        caller.for_workflow(name)?;
        of_workflow(&state, name).await?
    } else {
        caller.for_everything()?;
        state.store.all_registrations().await?
    };
    let subscribed = |row: &RegistrationRow| row.provider == CLOSE && row.state == ActivationState::Active;
    let subscribed: Vec<RegistrationRow> = registrations.into_iter().filter(subscribed).collect();
    if subscribed.is_empty()
        && let Some(name) = &workflow
    {
        let detail = format!("`{name}` has no active trigger of Close's: activate it first.");
        return Err(Problem::because(kind::CONFLICT, detail));
    }
    let subject = workflow.map_or(Subject::Registrations, Subject::Workflow);
    note(&state, &caller, Action::Recover, subject, json!({ "since": since })).await;
    let mut items = Vec::new();
    for row in &subscribed {
        match state.recovery.recover(row, since).await {
            Ok(report) => items.push(report),
            // Switched off since it was read.
            Err(RecoveryError::NotActive) => {}
            Err(error) => return Err(Problem::internal(error)),
        }
    }
    Ok(Json(Recovered { items }))
}

async fn of_workflow(state: &ApiState, name: &WorkflowName) -> Result<Vec<RegistrationRow>, Problem> {
    let row = state.store.workflow(name).await?.ok_or_else(|| Problem::not_found("workflow", name))?;
    Ok(state.store.registrations(row.id).await?)
}
