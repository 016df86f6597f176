//! `GET /workflows/{name}`: one workflow, with its YAML, triggers and registrations.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_workflow::ids::WorkflowName;
use http::StatusCode;

use super::etag::EntityTag;
use super::shape::Workflow;
use crate::extract::{Conditions, PathOf, Reader};
use crate::openapi::IfNoneMatch;
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the workflow; 304 where `If-None-Match` says that the caller has just that.
#[utoipa::path(
    get,
    path = "/api/v1/workflows/{name}",
    tag = "Workflows",
    operation_id = "show_workflow",
    summary = "Show a workflow",
    params(PathOf<WorkflowName>, IfNoneMatch),
    responses(
        (status = 200, body = Workflow, description = "The workflow", headers(("ETag" = String, description = "Its entity tag"))),
        (status = 304, description = "It is as `If-None-Match` has it", headers(("ETag" = String, description = "Its entity tag"))),
        (status = 404, description = "There is no such workflow"),
    ),
)]
pub(crate) async fn show(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    caller.for_workflow(&name)?;
    let workflow = Workflow::load(&state, &name).await?;
    let tag = EntityTag::of(&workflow)?;
    let header = [tag.header()?];
    if conditions.if_none_match.is_some_and(|tags| tag.is_among(&tags)) {
        return Ok((StatusCode::NOT_MODIFIED, header).into_response());
    }
    Ok((header, Json(workflow)).into_response())
}
