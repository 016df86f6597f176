//! `GET /audit`: who changed what, newest first.

use axum::Json;
use axum::extract::State;
use bellhop_storage::{AuditFilter, AuditRow, Subject};
use bellhop_workflow::ids::{AuditId, TokenId};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::extract::{Admin, FromParameters, Parameters, Query, listed};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "audit";

/// Which entries, and which page of them.
pub(crate) struct ListAudit {
    filter: AuditFilter,
    page: PageRequest<AuditId>,
}

impl FromParameters for ListAudit {
    const NAMES: &'static [&'static str] = &["object", "actor", "since", "until", "limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let time = |name| {
            let allowed = "a time such as `2026-03-02T09:00:14Z`";
            parameters.value(name, |text| Timestamp::parse(text).ok(), allowed)
        };
        let kinds = format!(
            "a kind, or a kind and a name such as `workflow/won-deal`; the kinds are {}",
            listed(&Subject::KINDS)
        );
        let (object_kind, object_name) = parameters.value("object", object, kinds)?.unzip();
        let filter = AuditFilter {
            object_kind,
            object_name: object_name.flatten(),
            actor: parameters.text("actor").map(str::to_owned),
            since: time("since")?,
            until: time("until")?,
        };
        Ok(Self { filter, page: PageRequest::read(parameters, LIST, |key| key.parse().ok())? })
    }
}

/// Reads `workflow` or `workflow/won-deal`.
fn object(text: &str) -> Option<(String, Option<String>)> {
    let (kind, name) = text.split_once('/').map_or((text, None), |(kind, name)| (kind, Some(name)));
    Subject::KINDS.contains(&kind).then(|| (kind.to_owned(), name.map(str::to_owned)))
}

/// A change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct Entry {
    id: AuditId,
    at: Timestamp,
    actor: Actor,
    #[schema(example = "update")]
    action: String,
    object: Object,
    /// What it was; null where there was nothing.
    #[schema(example = json!({ "version": 1, "state": "active" }))]
    before: Option<Value>,
    /// What it is since; null where there is nothing.
    #[schema(example = json!({ "version": 2, "state": "active" }))]
    after: Option<Value>,
    /// Where the request came from.
    #[schema(example = "192.0.2.7")]
    address: Option<String>,
}

/// Who made it.
#[derive(Debug, Serialize, ToSchema)]
struct Actor {
    /// A token's name, `system` or `cli`.
    #[schema(example = "ci")]
    name: String,
    /// Null where it was no token, and for the token of the settings.
    token_id: Option<TokenId>,
}

/// What was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditedObject)]
struct Object {
    #[schema(example = "workflow")]
    kind: String,
    /// Null where there is only one of its kind.
    #[schema(example = "greet")]
    name: Option<String>,
}

impl From<AuditRow> for Entry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor: Actor { name: row.actor, token_id: row.token },
            action: row.action,
            object: Object { kind: row.object_kind, name: row.object_name },
            before: row.before,
            after: row.after,
            address: row.address,
        }
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "Audit",
    operation_id = "list_audit",
    summary = "List who changed what",
    params(Query<ListAudit>),
    responses(
        (status = 200, body = Page<Entry>, description = "One page"),
    ),
)]
pub(crate) async fn list(
    _: Admin,
    State(state): State<ApiState>,
    Query(ListAudit { filter, page }): Query<ListAudit>,
) -> Result<Json<Page<Entry>>, Problem> {
    let rows = state.store.audit_log(&filter, page.after, page.rows()).await?;
    Ok(Json(page.page(LIST, rows, |row| row.id.to_string(), Entry::from)))
}
