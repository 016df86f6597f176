//! `POST /webhook/{hook_id}`: a delivery comes in.
//!
//! Every request ends in the deliveries log with what became of it. The sender of one that was refused learns the
//! status and nothing else.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::Recorded;
use bellhop_trigger::hooks::Hook;
use bellhop_trigger::inbound::{Rejection, Verdict, examine};
use bellhop_workflow::ids::{DeliveryId, ExecutionId, HookId};
use bellhop_workflow::model::WebhookResponse;
use bytes::Bytes;
use http::header::{ALLOW, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::find::{anew, find};
use super::record::Arrival;
use super::respond::respond;
use super::share::share_out;
use super::take::{Taken, take};
use crate::access::{address, retry_after};
use crate::extract::{BodyError, read_body};
use crate::problem::{Problem, kind};
use crate::router::span;
use crate::state::ApiState;

/// Why a sender's question starts nothing.
const ANSWERED: &str = "the sender asked whether this address answers, and was answered";

/// What a sender is told of a delivery that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipt {
    #[schema(example = "accepted")]
    pub(super) outcome: &'static str,
    pub(super) delivery_id: DeliveryId,
}

/// Takes one delivery: reads it within bounds, finds its hook, has it judged, and answers once it is durable, or once
/// its execution has something to say.
#[utoipa::path(
    post,
    path = "/webhook/{hook_id}",
    tag = "Public",
    operation_id = "deliver",
    summary = "Deliver an event",
    params(("hook_id" = String, Path, description = "What the hook's URL ends with", example = "5f0c6a1be0f24d0a9d6a2f4b8c7e1d30")),
    request_body(content((Value = "application/json", example = json!({"event": {"id": "ev_1", "object_type": "lead", "action": "created"}})), (Value = "application/x-www-form-urlencoded", example = json!({"name": "Ada"})), (String = "text/plain", example = json!("hello"))), description = "The event, signed as its trigger says. Most triggers take `POST`; a webhook may ask for another method"),
    responses(
        (status = 200, body = Receipt, description = "It is on disk; a trigger may answer otherwise, see `response`"),
        (status = 204, description = "Its execution has succeeded and has nothing to say"),
        (status = 401, description = "It is not signed, or wrongly, or too late"),
        (status = 403, description = "Its sender is not the one that is known"),
        (status = 404, description = "There is no such hook"),
        (status = 405, description = "The hook takes another method"),
        (status = 422, description = "It is no event"),
        (status = 504, description = "Its execution has not ended in time; it goes on"),
    ),
)]
pub(crate) async fn receive(State(state): State<ApiState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match deliver(&state, &parts, body).await {
        Ok(answer) => answer,
        // Here, and not around all of them: most do not fail, and would pay more for it than for their signature.
        Err(problem) => span(&parts.method, &parts.extensions).in_scope(|| problem.into_response()),
    }
}

async fn deliver(state: &ApiState, parts: &Parts, body: Body) -> Result<Response, Problem> {
    let hook_id = hook_id(parts);
    if let Some(wait) = state.limits().address_waits(address(parts, &state.trusted_proxies)) {
        let hooks = state.hooks.all(&hook_id);
        let hook = hooks.as_ref().map(|hooks| &*hooks[0]);
        // Not even its body is read.
        return Err(too_many(Arrival::new(state, hook_id, hook, &parts.headers), 0, wait));
    }
    let hooks = find(state, &hook_id).await?;
    let hook = hooks.as_ref().map(|hooks| &*hooks[0]);
    let arrival = Arrival::new(state, hook_id, hook, &parts.headers);

    let body = match read_body(&parts.headers, body, state.max_body, state.body_timeout).await {
        Ok(body) => body,
        Err(error) => {
            arrival.refused(reason(error), size(error));
            return Err(error.into());
        }
    };
    let Some(hook) = hook else {
        arrival.refused(Rejection::UnknownHook.as_str(), body.len() as u64);
        return Err(refusal(Rejection::UnknownHook));
    };
    if parts.method.as_str() != hook.method() {
        arrival.refused("wrong_method", body.len() as u64);
        return Err(wrong_method(hook));
    }
    match hooks.as_deref() {
        // What few deliveries need is on the heap: a future is as large as the largest that it waits for.
        Some(sharers) if sharers.len() > 1 && hook.active => {
            Box::pin(share_out(state, arrival, sharers, &parts.headers, body)).await
        }
        _ => judge(state, arrival, hook, parts, body).await,
    }
}

async fn judge(
    state: &ApiState,
    mut arrival: Arrival<'_>,
    hook: &Hook,
    parts: &Parts,
    body: Bytes,
) -> Result<Response, Problem> {
    let delivery_id = arrival.id;
    let examined = examine(hook, &parts.headers, &body, arrival.at, state.timestamp_tolerance);
    let fresh =
        if matches!(examined, Verdict::Unasked { .. }) { Box::pin(anew(state, hook)).await? } else { None };
    let (hook, examined) = match &fresh {
        Some(fresh) => {
            let examined = examine(fresh, &parts.headers, &body, arrival.at, state.timestamp_tolerance);
            (&**fresh, examined)
        }
        None => (hook, examined),
    };
    arrival.verified();
    let verdict = match examined {
        Verdict::Challenged { answer } => {
            // Its body is not kept: some senders put a token into it.
            Box::pin(arrival.filtered(None, None, ANSWERED, body.len() as u64, Bytes::new())).await?;
            return Ok(([(X_CONTENT_TYPE_OPTIONS, "nosniff")], answer).into_response());
        }
        Verdict::Rejected(rejection) => {
            arrival.refused(rejection.as_str(), body.len() as u64);
            return Err(refusal(rejection));
        }
        verdict => verdict,
    };
    if let Some(wait) = state.limits().hook_waits(&hook.id) {
        return Err(too_many(arrival, body.len() as u64, wait));
    }
    let Taken { outcome, recorded } = take(state, arrival, hook, verdict, &body).await?;
    if hook.response != WebhookResponse::Immediately
        && let Some((recorded, key)) = recorded
        && let Some(execution) = Box::pin(execution_of(state, hook, recorded, key)).await?
    {
        return Box::pin(respond(state, execution, hook.response)).await;
    }
    Ok(Json(Receipt { outcome: outcome.as_str(), delivery_id }).into_response())
}

/// The execution that answers: the one that was just recorded, or that which the same event has started before.
async fn execution_of(
    state: &ApiState,
    hook: &Hook,
    recorded: Recorded,
    dedup_key: Option<String>,
) -> Result<Option<ExecutionId>, Problem> {
    match (recorded, dedup_key) {
        (Recorded::Accepted(id), _) => Ok(Some(id)),
        (Recorded::Duplicate, Some(key)) => Ok(state.store.execution_of_key(hook.workflow_id, &key).await?),
        (Recorded::Duplicate | Recorded::Stored, _) => Ok(None),
    }
}

/// The rest of the path, as it was sent: a hook's id has no character that would have to be encoded.
fn hook_id(parts: &Parts) -> HookId {
    let path = parts.uri.path();
    HookId::new(path.strip_prefix("/webhook/").unwrap_or(path).trim_end_matches('/'))
}

pub(super) fn refusal(rejection: Rejection) -> Problem {
    Problem::status_only(StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST))
}

/// It comes too often. `size` is what was read of it.
pub(super) fn too_many(arrival: Arrival<'_>, size: u64, wait: Duration) -> Problem {
    arrival.refused("rate_limited", size);
    Problem::status_only(StatusCode::TOO_MANY_REQUESTS).with_header(RETRY_AFTER, retry_after(wait))
}

fn wrong_method(hook: &Hook) -> Problem {
    let problem = Problem::new(kind::METHOD_NOT_ALLOWED);
    match HeaderValue::from_str(hook.method()) {
        Ok(method) => problem.with_header(ALLOW, method),
        Err(_) => problem,
    }
}

/// The word in the deliveries log for a body that was not read to its end.
fn reason(error: BodyError) -> &'static str {
    match error {
        BodyError::TooLarge { .. } => "too_large",
        BodyError::TooSlow { .. } => "too_slow",
        BodyError::Broken { .. } => "incomplete",
    }
}

fn size(error: BodyError) -> u64 {
    match error {
        BodyError::TooLarge { size, .. } | BodyError::TooSlow { size } | BodyError::Broken { size } => size,
    }
}
