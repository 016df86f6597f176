//! `GET /metrics`: everything that is counted, in the text format of Prometheus.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{Scope, StoreError};
use http::header::CONTENT_TYPE;
use http::request::Parts;

use crate::access;
use crate::problem::Problem;
use crate::state::ApiState;

/// How long the database may take. What it does not say in that time is left out: the rest is wanted most while it is
/// away.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shows it to whoever may read everything, or, where the settings say so, to everybody.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Public",
    operation_id = "metrics",
    summary = "Everything that is counted, for Prometheus",
    security(("token" = []), ("session" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "The text format of Prometheus"),
        (status = 401, description = "There is no token, or none that works"),
        (status = 403, description = "The token is for some workflows only"),
        (status = 429, description = "Too many wrong tokens came from this address"),
    ),
)]
pub(crate) async fn show(State(state): State<ApiState>, request: Parts) -> Result<Response, Problem> {
    if !state.metrics_public {
        let caller = access::caller(&request, &state).await?;
        caller.needs(Scope::Read)?;
        caller.for_everything()?;
    }
    // One at a time: however many ask, the database is asked by one.
    let _turn = state.scrapes().lock().await;
    if !matches!(tokio::time::timeout(PATIENCE, look(&state)).await, Ok(Ok(()))) {
        let meters = state.meters();
        meters.queue_depth.set_all([]);
        meters.queue_oldest.set_all([]);
        meters.registrations.set_all([]);
    }
    let process = bellhop_meters::process();
    let own = [&state.meters().all, state.store.meters(), state.lifecycle.meters(), &process];
    let text = bellhop_meters::render(own.into_iter().chain(&state.meters_of_others));
    Ok(([(CONTENT_TYPE, bellhop_meters::CONTENT_TYPE)], text).into_response())
}

/// What only the database knows.
async fn look(state: &ApiState) -> Result<(), StoreError> {
    let now = state.clock.now();
    let queue = state.store.queue(now).await?;
    let registrations = state.store.registration_counts().await?;
    let waited = queue.since.map_or(0, |since| now.since(since).as_secs());
    let meters = state.meters();
    meters.queue_depth.set_all([(Vec::new(), queue.depth)]);
    meters.queue_oldest.set_all([(Vec::new(), i64::try_from(waited).unwrap_or(i64::MAX))]);
    meters.registrations.set_all(
        registrations
            .iter()
            .map(|row| (vec![row.state.as_str(), row.vendor_status.as_str()], row.registrations)),
    );
    Ok(())
}
