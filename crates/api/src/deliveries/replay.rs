//! `POST /deliveries/{id}/replay`: an operator has a delivery run again, as if it had just come in.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{Action, DeliveryRow, Intake, NewExecution, Outcome, Recorded, Subject, WorkflowRow};
use bellhop_trigger::inbound::{AcceptedEvent, Again, Verdict, replay as judge_again};
use bellhop_workflow::event::body_bytes;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, TriggerId};
use bellhop_workflow::model::{Trigger, TriggerKind, Workflow};
use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::seen::seen;
use crate::audit::note;
use crate::executions::repeat::Given;
use crate::extract::{PathOf, Writer};
use crate::problem::{Problem, kind};
use crate::state::ApiState;
use crate::workflows::stored;

/// What became of it this time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    #[schema(example = "accepted")]
    outcome: &'static str,
    /// Why it started nothing.
    reason: Option<String>,
    /// The delivery that was replayed.
    replay_of: DeliveryId,
    /// The execution that it started.
    execution_id: Option<ExecutionId>,
}

/// Runs it by the newest version of the workflow, active or not: its `where`, what it masks, and its `concurrency`.
/// Answers 202 with the execution that it started, or 200 where `where` lets it start nothing.
#[utoipa::path(
    post,
    path = "/api/v1/deliveries/{id}/replay",
    tag = "Deliveries",
    operation_id = "replay_delivery",
    summary = "Run a delivery again",
    params(PathOf<DeliveryId>),
    responses(
        (status = 202, body = Replayed, description = "It has started an execution", headers(("Location" = String, description = "Where that is"))),
        (status = 200, body = Replayed, description = "It is filtered"),
        (status = 404, description = "There is no such delivery"),
        (status = 409, description = "It was refused as it came, or its trigger is gone"),
        (status = 410, description = "Its body or its workflow is not there any more"),
        (status = 422, description = "The stored workflow has mistakes"),
    ),
)]
pub(crate) async fn replay(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(id): PathOf<DeliveryId>,
) -> Result<Response, Problem> {
    let delivery = seen(&state, &caller, id).await?;
    if delivery.outcome == Outcome::Rejected {
        let reason = delivery.reason.as_deref().unwrap_or("it was not genuine");
        let detail =
            format!("It was refused as it came ({reason}), and is not believed any more for being replayed.");
        return Err(Problem::because(kind::DELIVERY_REJECTED, detail));
    }
    let (body, trigger) = sent(&state, &delivery).await?;
    let row = match delivery.workflow_id {
        Some(workflow) => state.store.workflow_by_id(workflow).await?,
        None => None,
    };
    let row =
        row.ok_or_else(|| Problem::because(kind::WORKFLOW_GONE, "The workflow was deleted meanwhile."))?;
    let workflow =
        stored::parse(&stored::newest(&state.store, &row).await?.yaml).map_err(Problem::invalid_workflow)?;
    let trigger = present(&workflow, &trigger, &row)?;
    let again = Again {
        row: &row,
        workflow: &workflow,
        trigger,
        headers: &headers(&delivery),
        body: &body,
        received_at: delivery.received_at,
    };
    match judge_again(&again, state.clock.now()) {
        Verdict::Accepted(event) => {
            let execution = record(&state, &again, *event, id).await?;
            note(&state, &caller, Action::Replay, Subject::Delivery(id), json!({ "execution": execution }))
                .await;
            let location = [(LOCATION, format!("/api/v1/executions/{execution}"))];
            let replayed = Replayed {
                outcome: Outcome::Accepted.as_str(),
                reason: None,
                replay_of: id,
                execution_id: Some(execution),
            };
            Ok((StatusCode::ACCEPTED, location, Json(replayed)).into_response())
        }
        // Who asks whether the address answers is answered once.
        Verdict::Challenged { .. } | Verdict::Unasked { .. } => Err(Problem::new(kind::DELIVERY_REJECTED)),
        Verdict::Filtered { reason, .. } => Ok(nothing(id, state.redactor.redact(&reason).into_owned())),
        Verdict::Awaited { .. } => Ok(nothing(id, "the activity is a draft".to_owned())),
        Verdict::Rejected(rejection) => {
            let detail = format!("It is no event for this trigger any more ({}).", rejection.as_str());
            Err(Problem::because(kind::DELIVERY_REJECTED, detail))
        }
    }
}

/// It starts nothing, for that reason.
fn nothing(replay_of: DeliveryId, reason: String) -> Response {
    let outcome = Outcome::Filtered.as_str();
    Json(Replayed { outcome, reason: Some(reason), replay_of, execution_id: None }).into_response()
}

/// The body as it came, masks undone, and the trigger that it came to.
async fn sent(state: &ApiState, delivery: &DeliveryRow) -> Result<(Bytes, TriggerId), Problem> {
    let gone = |detail: &str| Problem::because(kind::PAYLOAD_GONE, detail);
    let body = delivery.body.clone().ok_or_else(|| match delivery.outcome {
        Outcome::Duplicate => gone("Of a duplicate no body is kept: replay the first delivery of its event."),
        Outcome::Filtered => {
            gone("Its body was not kept, because the workflow masks a part of what comes in.")
        }
        Outcome::Accepted | Outcome::Rejected => gone("Its body is not kept any more."),
    })?;
    if delivery.outcome == Outcome::Filtered {
        let mut registrations = state.store.registrations_by_hook(&delivery.hook_id).await?;
        registrations.retain(|registration| Some(registration.workflow_id) == delivery.workflow_id);
        let trigger = registrations.pop().map(|registration| registration.trigger_id);
        return Ok((body.into(), trigger.ok_or_else(|| Problem::new(kind::TRIGGER_GONE))?));
    }
    // What is masked of the body is sealed with its execution.
    let first = match delivery.execution_ids.first() {
        Some(first) => state.store.origin(*first).await?,
        None => None,
    };
    let origin = first.ok_or_else(|| gone("The execution that it started is not kept any more."))?;
    let trigger = origin.trigger_id.clone().ok_or_else(|| Problem::new(kind::TRIGGER_GONE))?;
    if origin.sealed.is_none() {
        return Ok((body.into(), trigger));
    }
    let given = Given::to(&origin, state)?;
    Ok((Bytes::from(body_bytes(&given.raw)), trigger))
}

/// The trigger of that id, where the workflow still has one that something can be delivered to.
fn present<'a>(workflow: &'a Workflow, id: &TriggerId, row: &WorkflowRow) -> Result<&'a Trigger, Problem> {
    let is_it = |trigger: &&Trigger| {
        let is_delivered_to =
            matches!(trigger.kind, TriggerKind::Close(_) | TriggerKind::Vendor(_) | TriggerKind::Webhook(_));
        trigger.id == *id && is_delivered_to
    };
    workflow.triggers.iter().find(is_it).ok_or_else(|| {
        let detail =
            format!("Version {} of `{}` has no trigger `{id}` that it could come to.", row.version, row.name);
        Problem::because(kind::TRIGGER_GONE, detail)
    })
}

/// The headers as far as the log has them.
fn headers(delivery: &DeliveryRow) -> HeaderMap {
    let pairs = delivery.headers.iter();
    pairs
        .filter_map(|(name, value)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        })
        .collect()
}

async fn record(
    state: &ApiState,
    again: &Again<'_>,
    event: AcceptedEvent,
    replay_of: DeliveryId,
) -> Result<ExecutionId, Problem> {
    let now = state.clock.now();
    let id = ExecutionId::generate(now);
    let (raw, sealed) = match event.masked {
        Some(masked) => (masked.body, Some(state.seal(id, &masked.concealed)?)),
        None => (Bytes::copy_from_slice(again.body), None),
    };
    let execution = NewExecution {
        trigger_id: Some(again.trigger.id.clone()),
        dedup_key: event.dedup_key,
        event: Some(event.head),
        // The execution keeps a body of its own: what is masked today may not be what was masked then.
        raw: Some(raw),
        replay_of: Some(replay_of),
        gate: event.gate,
        sealed,
        ..NewExecution::new(id, again.row.id, again.row.version, again.trigger.kind.as_str(), now)
    };
    match state
        .store
        .record(Intake { parsed: Some(event.parsed), delivery: None, execution: Some(execution) })
        .await?
    {
        Recorded::Accepted(id) => Ok(id),
        Recorded::Stored | Recorded::Duplicate => Err(Problem::new(kind::CONFLICT)),
    }
}
