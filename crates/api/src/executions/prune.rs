//! `DELETE /executions`: forgets finished executions, by the filters of the list.

use axum::Json;
use axum::extract::State;
use bellhop_storage::{Action, ExecutionFilter, Subject};
use bellhop_workflow::ids::ExecutionId;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::list::{LIST, read_filter};
use crate::audit::note;
use crate::extract::{FromParameters, Parameters, Query, Writer};
use crate::page::{self, PageRequest};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Which executions, and where to go on.
pub(crate) struct PruneExecutions {
    filter: ExecutionFilter,
    after: Option<ExecutionId>,
    /// The filter as it was given.
    asked: Map<String, Value>,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pruned {
    /// How many executions are gone.
    #[schema(example = 12)]
    deleted: u64,
    /// What asks for the rest; `null` where that was all.
    next_cursor: Option<String>,
}

impl FromParameters for PruneExecutions {
    const NAMES: &'static [&'static str] = &[
        "workflow",
        "status",
        "trigger",
        "since",
        "until",
        "event_id",
        "retry_of",
        "replay_of",
        "q",
        "cursor",
    ];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let filter = read_filter(parameters)?;
        if filter.is_empty() {
            let detail =
                "Say which executions to delete; `until` with the present time means all that have ended.";
            return Err(Problem::because(kind::INVALID_PARAMETER, detail));
        }
        let page = PageRequest::read(parameters, LIST, |key| key.parse().ok())?;
        let given = |name: &&str| Some(((*name).to_owned(), parameters.text(name)?.into()));
        let asked = Self::NAMES.iter().filter(|name| **name != "cursor").filter_map(given).collect();
        Ok(Self { filter, after: page.after, asked })
    }
}

/// Deletes a bounded number of them, with their steps and the deliveries that they came from. One that has not ended
/// stays.
#[utoipa::path(
    delete,
    path = "/api/v1/executions",
    tag = "Executions",
    operation_id = "prune_executions",
    summary = "Delete finished executions",
    params(Query<PruneExecutions>),
    responses(
        (status = 200, body = Pruned, description = "How many are gone, and where to go on"),
    ),
)]
pub(crate) async fn prune(
    caller: Writer,
    State(state): State<ApiState>,
    Query(PruneExecutions { mut filter, after, asked }): Query<PruneExecutions>,
) -> Result<Json<Pruned>, Problem> {
    caller.narrow(&mut filter.workflow, &mut filter.among)?;
    let pruned = state.store.prune(&filter, after).await?;
    if pruned.deleted > 0 {
        let after = json!({ "deleted": pruned.deleted, "filter": asked });
        note(&state, &caller, Action::Delete, Subject::Executions, after).await;
    }
    let next_cursor = pruned.rest.map(|rest| page::encode(LIST, &rest.to_string()));
    Ok(Json(Pruned { deleted: pruned.deleted, next_cursor }))
}
