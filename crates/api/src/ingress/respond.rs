//! Answering a delivery with what its execution says.
//!
//! The execution is durable before anybody waits for it: a sender that goes away, or for whom it takes too long, loses
//! the answer and nothing else.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{ChildState, HttpAnswer};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::model::WebhookResponse;
use http::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// What a browser may do with a page that a workflow answers with: it is on the address of the API, and must not act in
/// its name.
const SANDBOX: HeaderValue = HeaderValue::from_static("sandbox allow-forms allow-popups allow-scripts");

/// Waits for the answer of an execution.
pub(super) async fn respond(
    state: &ApiState,
    id: ExecutionId,
    mode: WebhookResponse,
) -> Result<Response, Problem> {
    let deadline = Instant::now() + state.response_timeout;
    // Made before the first look: what is written after that wakes the wait below.
    let mut watch = state.store.watch_execution(id);
    loop {
        // Before the answer, which is never written after the end.
        let standing = state.store.standing(id).await?.ok_or_else(|| gone(id))?;
        if mode == WebhookResponse::RespondStep
            && let Some(answer) = state.store.answer_of(id).await?
        {
            return Ok(response(answer));
        }
        if standing.status.is_final() {
            return ended(standing, mode);
        }
        if Instant::now() >= deadline {
            return Err(Problem::new(kind::EXECUTION_RUNNING).about(id));
        }
        // That the time is up is seen above, after a last look.
        drop(tokio::time::timeout_at(deadline, watch.wait()).await);
    }
}

/// What is answered for an execution that has ended without an answer of its own.
fn ended(standing: ChildState, mode: WebhookResponse) -> Result<Response, Problem> {
    if standing.status != ExecutionStatus::Succeeded {
        return Err(Problem::new(kind::EXECUTION_FAILED).about(standing.id));
    }
    Ok(match mode {
        WebhookResponse::RespondStep => StatusCode::NO_CONTENT.into_response(),
        WebhookResponse::LastStep | WebhookResponse::Immediately => Json(standing.output).into_response(),
    })
}

fn response(answer: HttpAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut headers = HeaderMap::new();
    for (name, value) in answer.headers {
        // They were checked as the step ran. What cannot be sent all the same is left out.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(SANDBOX);
    (status, headers, answer.body).into_response()
}

fn gone(id: ExecutionId) -> Problem {
    Problem::not_found("execution", id)
}
