//! `GET /readyz`: the process can do its work, part by part.

use std::error::Error;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::StoreError;
use http::HeaderValue;
use http::header::RETRY_AFTER;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// How long a part may take to say how it is: less than health checks commonly wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// When to ask again, in seconds.
const AGAIN: HeaderValue = HeaderValue::from_static("5");

/// The server can do its work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    #[schema(example = "ok")]
    status: &'static str,
    parts: Vec<Part>,
}

/// A part of the server, and how it is. The words are constant: everybody may read them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Part {
    /// Which.
    #[schema(example = "database")]
    pub(crate) name: &'static str,
    /// `ok`, or `failed`.
    #[schema(example = "ok")]
    pub(crate) state: &'static str,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

/// Asks each part; 503 where one cannot do what it is for.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Public",
    operation_id = "ready",
    summary = "Say whether the server can serve, part by part",
    responses(
        (status = 200, body = Ready, description = "It can"),
        (status = 503, description = "A part cannot do its work: `parts` says which, and why"),
    ),
)]
pub(crate) async fn ready(State(state): State<ApiState>) -> Response {
    let (migrations, database, keys) =
        tokio::join!(answer(migrations(&state)), answer(database(&state)), answer(keys(&state)));
    let mut parts = vec![part("migrations", migrations), part("database", database), part("keys", keys)];
    if let Some(works) = &state.executor_works {
        let executor = if works() { Ok(()) } else { Err("it does not run".to_owned()) };
        parts.push(part("executor", executor));
    }
    if parts.iter().all(|part| part.detail.is_none()) {
        return Json(Ready { status: "ok", parts }).into_response();
    }
    let failed = parts.iter().filter_map(|part| Some(format!("{}: {}", part.name, part.detail.as_ref()?)));
    let detail = failed.collect::<Vec<_>>().join("; ");
    Problem::because(kind::NOT_READY, detail)
        .with_header(RETRY_AFTER, AGAIN)
        .with_parts(parts)
        .into_response()
}

fn part(name: &'static str, answer: Result<(), String>) -> Part {
    Part { name, state: if answer.is_ok() { "ok" } else { "failed" }, detail: answer.err() }
}

async fn answer(part: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, part).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}

/// The tables are those of this version. Later ones are, too: another node has been brought to a newer version.
async fn migrations(state: &ApiState) -> Result<(), String> {
    let schema = state.store.migrations().await.map_err(|error| words(&error))?;
    if schema.found >= schema.needed {
        return Ok(());
    }
    Err(format!("the tables are at {}, and this version needs {}", schema.found, schema.needed))
}

/// It takes what is written.
async fn database(state: &ApiState) -> Result<(), String> {
    state.store.check_writable().await.map_err(|error| words(&error))
}

/// What was sealed can be opened.
async fn keys(state: &ApiState) -> Result<(), String> {
    match state.credentials.opens().await {
        Ok(true) => Ok(()),
        Ok(false) => Err("what is stored was sealed with another master key".to_owned()),
        Err(error) => Err(words(&error)),
    }
}

/// What everybody may know of an error: which fault it is. The database's own words are in the log.
fn words(error: &StoreError) -> String {
    tracing::debug!(error = error as &dyn Error, "not ready");
    match error {
        StoreError::Unavailable(outage) => outage.fault.to_string(),
        _ => "it does not answer".to_owned(),
    }
}
