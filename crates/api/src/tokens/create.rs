//! `POST /tokens`: makes a token, and shows it this once.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{
    Action, NewAudit, NewToken, RESERVED_ACTORS, Scope, Subject, TokenDigest, TokenError, TokenRow,
};
use bellhop_vault::Secret;
use bellhop_workflow::ids::{AuditId, TokenId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::shape::{Token, scopes};
use super::{expiry, random};
use crate::extract::{Admin, JsonBody, PathKey as _, is_name, listed};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// What every token begins with, so that scanners for secrets find it: `bh_[0-9a-f]{64}`.
const PREFIX: &str = "bh_";

/// The most workflows that a token can be for: their names are compared with every request.
const MOST_WORKFLOWS: usize = 100;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(crate) struct Asked {
    /// A letter, then letters, digits, `-` and `_`; no other token that works has it.
    #[schema(example = "ci", pattern = "^[A-Za-z][A-Za-z0-9_-]{0,62}$")]
    name: String,
    /// How far it reaches.
    #[schema(schema_with = scopes)]
    scope: String,
    /// The only workflows that it is for; all where it is left out. None for the scope `admin`.
    #[schema(example = json!(["greet"]))]
    workflows: Option<Vec<String>>,
    /// How long it works: `30s`, `10m`, `12h`, `90d`, `52w`. It has no end where neither this nor `expires_at` is given.
    #[schema(example = "90d")]
    expires_in: Option<String>,
    /// When it ends, in the place of `expires_in`.
    #[schema(example = json!(null))]
    expires_at: Option<Timestamp>,
}

/// The new token.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeToken)]
pub(crate) struct Made<'a> {
    #[serde(flatten)]
    shown: Token,
    /// What is to be shown from now on. It never comes out again.
    #[schema(example = "bh_…")]
    token: &'a str,
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::NameTaken => Self::new(kind::TOKEN_NAME_TAKEN),
            TokenError::Store(error) => error.into(),
        }
    }
}

/// Answers 201 with the token. It is stored as a digest, so that nobody ever sees it again.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "Tokens",
    operation_id = "create_token",
    summary = "Make a token, and show it this once",
    request_body(content = Asked, description = "What it is called, and what it may do"),
    responses(
        (status = 201, body = Made<'static>, description = "The token"),
        (status = 409, description = "A token of that name exists"),
        (status = 422, description = "There can be no such token"),
    ),
)]
pub(crate) async fn create(
    caller: Admin,
    State(state): State<ApiState>,
    JsonBody(asked): JsonBody<Asked>,
) -> Result<Response, Problem> {
    let now = state.clock.now();
    let token = Secret::from(format!("{PREFIX}{}", random::bits()?.expose()));
    let new = new_token(asked, &token, now)?;
    let mut tx = state.store.begin().await?;
    let row = tx.create_token(&new).await?;
    tx.audit(&NewAudit {
        id: AuditId::generate(now),
        author: caller.author(),
        action: Action::Create,
        subject: Subject::Token(row.name.clone()),
        before: None,
        after: Some(noted(&row)),
        at: now,
    })
    .await?;
    tx.commit().await?;
    // Whatever repeats what it was sent must not write the token down.
    state.redactor.learn(&token);
    let made = Made { shown: row.into(), token: token.expose() };
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(made)).into_response())
}

/// What the audit log says of a token.
pub(super) fn noted(row: &TokenRow) -> Value {
    json!({ "scope": row.scope.as_str(), "workflows": row.workflows, "expires_at": row.expires_at })
}

fn new_token(asked: Asked, token: &Secret, now: Timestamp) -> Result<NewToken, Problem> {
    if !is_name(&asked.name) || RESERVED_ACTORS.contains(&asked.name.as_str()) {
        return Err(refused(format!(
            "`name` begins with a letter and has letters, digits, `-` and `_`, at most 63 in all; {} are taken",
            listed(&RESERVED_ACTORS)
        )));
    }
    let scope: Scope = asked
        .scope
        .parse()
        .map_err(|_| refused(format!("`scope` is one of {}", listed(&Scope::ALL.map(Scope::as_str)))))?;
    let workflows = asked.workflows.map(|names| workflows(&names, scope)).transpose()?;
    let expires_at = expiry::end(asked.expires_in.as_deref(), asked.expires_at, now).map_err(refused)?;
    Ok(NewToken {
        id: TokenId::generate(now),
        name: asked.name,
        scope,
        workflows,
        digest: TokenDigest::of(token.expose()),
        created_at: now,
        expires_at,
    })
}

/// The workflows that it is to be for. They need not be there yet.
fn workflows(names: &[String], scope: Scope) -> Result<Vec<WorkflowName>, Problem> {
    if scope == Scope::Admin {
        return Err(refused("a token of scope `admin` is for everything: leave `workflows` out"));
    }
    if names.is_empty() || names.len() > MOST_WORKFLOWS {
        return Err(refused(format!("`workflows` names 1 to {MOST_WORKFLOWS}; left out, it is for all")));
    }
    let read = |name: &String| {
        let shown: String = name.chars().take(100).collect();
        WorkflowName::read(name).ok_or_else(|| refused(format!("`{shown}` cannot be a workflow's name")))
    };
    let mut names = names.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    names.sort();
    names.dedup();
    Ok(names)
}

fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::because(kind::INVALID_TOKEN, format!("The token is not made: {why}."))
}
