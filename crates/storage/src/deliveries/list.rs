//! The deliveries log.

use bellhop_workflow::ids::{DeliveryId, HookId, WorkflowName};
use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

use super::{DeliveryColumns, DeliveryRow, Outcome};
use crate::dialect::{Dialect, on_either};
use crate::error::StoreError;
use crate::listing::{self, LOOK, Listing, Span};
use crate::rows;
use crate::store::Store;
use crate::text;

/// Which deliveries a list shows: those to which all of it applies.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Those that came in there.
    pub hook: Option<HookId>,
    /// Those of which that became.
    pub outcome: Option<Outcome>,
    /// Those for the workflow of that name; where it was deleted, for the last that had it.
    pub workflow: Option<WorkflowName>,
    /// Those for workflows of these names: all that the caller may see.
    pub among: Option<Vec<WorkflowName>>,
}

/// The index that a list reads by, from its newest id on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    Hook,
    Workflow,
    Outcome,
    All,
}

impl DeliveryFilter {
    const fn walk(&self) -> Walk {
        match self {
            Self { hook: Some(_), .. } => Walk::Hook,
            Self { workflow: Some(_), .. } => Walk::Workflow,
            Self { outcome: Some(Outcome::Duplicate | Outcome::Filtered | Outcome::Rejected), .. } => {
                Walk::Outcome
            }
            // What is accepted has no index: nearly all are.
            Self { hook: None, workflow: None, outcome: Some(Outcome::Accepted) | None, among: _ } => {
                Walk::All
            }
        }
    }

    /// Whether there are conditions that the index says nothing of.
    const fn is_open_ended(&self) -> bool {
        let given = self.hook.is_some() as u8 + self.workflow.is_some() as u8 + self.outcome.is_some() as u8;
        let answered = if matches!(self.walk(), Walk::All) { 0 } else { 1 };
        given > answered || self.among.is_some()
    }

    /// Adds ` FROM deliveries d`, and what to read it by.
    fn push_from<DB: Database>(&self, dialect: Dialect, query: &mut QueryBuilder<DB>) {
        query.push(" FROM deliveries d");
        let index = match self.walk() {
            Walk::Hook => "deliveries_hook",
            Walk::Workflow => "deliveries_workflow",
            Walk::Outcome => "deliveries_outcome",
            Walk::All => "sqlite_autoindex_deliveries_1",
        };
        listing::by_index(dialect, index, query);
    }

    /// Adds ` WHERE …` for what the index answers, or for everything.
    fn push_where<DB>(&self, everything: bool, query: &mut QueryBuilder<DB>)
    where
        DB: Database,
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> &'q str: Encode<'q, DB> + Type<DB>,
    {
        let walk = self.walk();
        query.push(" WHERE 1 = 1");
        if let Some(hook) = &self.hook {
            query.push(" AND d.hook_id = ").push_bind(text::key(hook.as_str()));
        }
        if let Some(workflow) = self.workflow.as_ref().filter(|_| everything || walk == Walk::Workflow) {
            query.push(" AND d.workflow_id = (SELECT id FROM workflows WHERE name = ");
            query.push_bind(text::storable(workflow.as_str())).push(" ORDER BY id DESC LIMIT 1)");
        }
        if let Some(names) = self.among.as_ref().filter(|_| everything) {
            listing::push_among("d.workflow_id", names, query);
        }
        if let Some(outcome) = self.outcome.filter(|_| everything || walk == Walk::Outcome) {
            query.push(" AND d.outcome = ").push_bind(outcome.as_str());
        }
        if walk == Walk::Outcome {
            // Said once more, as the planner must see that the partial index applies.
            query.push(" AND d.outcome <> 'accepted'");
        }
    }
}

const COLUMNS: &str = "
    SELECT d.id, d.hook_id, d.workflow_id, w.name AS workflow, d.outcome, d.reason, d.event_id, d.event_type,
        d.received_at, d.size, d.headers, NULL AS body";

/// Adds the query for a page.
fn push_page<DB>(
    query: &mut QueryBuilder<DB>,
    dialect: Dialect,
    filter: &DeliveryFilter,
    span: Span,
    limit: i64,
) where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> &'q str: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
{
    query.push(COLUMNS);
    filter.push_from(dialect, query);
    query.push(" LEFT JOIN workflows w ON w.id = d.workflow_id");
    filter.push_where(true, query);
    span.push_to("d.id", query);
    query.push(" ORDER BY d.id DESC LIMIT ").push_bind(limit);
}

/// Adds the query for the last id that a page looks at. It reads the index alone.
fn push_last<DB>(query: &mut QueryBuilder<DB>, dialect: Dialect, filter: &DeliveryFilter, span: Span)
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> &'q str: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
{
    query.push("SELECT d.id");
    filter.push_from(dialect, query);
    filter.push_where(false, query);
    span.push_to("d.id", query);
    query.push(" ORDER BY d.id DESC LIMIT 1 OFFSET ").push_bind(LOOK - 1);
}

impl Store {
    /// Deliveries without their bodies, newest first, those older than `after`. Where few of many apply, it may have
    /// fewer than `limit` and a [`Listing::rest`] to go on from.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Listing<DeliveryRow, DeliveryId>, StoreError> {
        let limit = rows::page(limit);
        let (span, last) = self.looked_at_deliveries(filter, after).await?;
        let columns: Vec<DeliveryColumns> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new("");
            push_page(&mut query, self.dialect(), filter, span, limit);
            query.build_query_as().fetch_all(pool).await?
        });
        let ids: Vec<_> = columns.iter().map(|columns| columns.id).collect();
        let mut started = self.started_by(&ids).await?;
        let rows: Result<Vec<_>, _> = columns
            .into_iter()
            .map(|columns| {
                let executions = started.remove(&columns.id).unwrap_or_default();
                columns.into_row(executions)
            })
            .collect();
        Ok(Listing::new(rows?, limit, last))
    }

    /// Which ids a page looks at, and the last of them where there may be more.
    async fn looked_at_deliveries(
        &self,
        filter: &DeliveryFilter,
        after: Option<DeliveryId>,
    ) -> Result<(Span, Option<DeliveryId>), StoreError> {
        let span = Span { first: None, end: after.map(DeliveryId::as_uuid) };
        if !filter.is_open_ended() {
            return Ok((span, None));
        }
        let last: Option<Uuid> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new("");
            push_last(&mut query, self.dialect(), filter, span);
            query.build_query_scalar().fetch_optional(pool).await?
        });
        Ok((Span { first: last, ..span }, last.map(DeliveryId::from_uuid)))
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
