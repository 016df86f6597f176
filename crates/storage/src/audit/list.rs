//! Reading the log, newest first.

use bellhop_workflow::ids::{AuditId, TokenId};
use bellhop_workflow::time::Timestamp;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::AuditRow;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::listing::Span;
use crate::store::Store;
use crate::{json, rows, span, text};

/// Which entries a list shows: those to which all of it applies.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Those about things of that kind.
    pub object_kind: Option<String>,
    /// Those about the thing of that name, of that kind.
    pub object_name: Option<String>,
    /// Those of whoever is called so.
    pub actor: Option<String>,
    /// Those from then on.
    pub since: Option<Timestamp>,
    /// Those before then.
    pub until: Option<Timestamp>,
}

const ALL: &str = "
    SELECT a.id, a.at, a.actor, a.token_id, a.action, a.object_kind, a.object_name, a.before, a.after, a.address
    FROM audit a WHERE 1 = 1";

#[derive(Debug, FromRow)]
struct AuditColumns {
    id: Uuid,
    at: i64,
    actor: String,
    token_id: Option<Uuid>,
    action: String,
    object_kind: String,
    object_name: String,
    before: Option<String>,
    after: Option<String>,
    address: Option<String>,
}

impl TryFrom<AuditColumns> for AuditRow {
    type Error = StoreError;

    fn try_from(columns: AuditColumns) -> Result<Self, StoreError> {
        Ok(Self {
            id: AuditId::from_uuid(columns.id),
            at: Timestamp::from_micros(columns.at),
            actor: columns.actor,
            token: columns.token_id.map(TokenId::from_uuid),
            action: columns.action,
            object_kind: columns.object_kind,
            object_name: Some(columns.object_name).filter(|name| !name.is_empty()),
            before: json::from_text_option("audit entry", columns.before.as_deref())?,
            after: json::from_text_option("audit entry", columns.after.as_deref())?,
            address: columns.address,
        })
    }
}

impl Store {
    /// Entries of the log, newest first, what is older than `after`.
    pub async fn audit_log(
        &self,
        filter: &AuditFilter,
        after: Option<AuditId>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        // An id is never of an earlier time than its entry, but may be of a later one: where the clock was set back.
        let ids = Span { first: filter.since.map(span::first_id), end: after.map(AuditId::as_uuid) };
        let columns: Vec<AuditColumns> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new(ALL);
            for (column, value) in [
                ("a.object_kind", &filter.object_kind),
                ("a.object_name", &filter.object_name),
                ("a.actor", &filter.actor),
            ] {
                if let Some(value) = value {
                    query.push(" AND ").push(column).push(" = ").push_bind(text::key(value));
                }
            }
            if let Some(since) = filter.since {
                query.push(" AND a.at >= ").push_bind(since.as_micros());
            }
            if let Some(until) = filter.until {
                query.push(" AND a.at < ").push_bind(until.as_micros());
            }
            ids.push_to("a.id", &mut query);
            query.push(" ORDER BY a.id DESC LIMIT ").push_bind(rows::page(limit));
            query.build_query_as().fetch_all(pool).await?
        });
        columns.into_iter().map(AuditRow::try_from).collect()
    }
}
