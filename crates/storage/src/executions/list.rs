//! The history.

use bellhop_workflow::ids::ExecutionId;
use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

use super::{ExecutionColumns, ExecutionFilter, ExecutionRow};
use crate::dialect::{Dialect, on_either};
use crate::error::StoreError;
use crate::listing::{LOOK, Listing, Span};
use crate::rows;
use crate::store::Store;

/// A page of the longest bodies would be a gigabyte: a list leaves out the long ones.
const LONGEST_BODY: usize = 65_536;

// Those that can be told by their stored length are not even read.
const COLUMNS: &str = "
    SELECT e.id, e.workflow_id, w.name AS workflow, e.version, e.status, e.trigger_id, e.trigger_kind, e.delivery_id,
        e.event, e.inputs, e.output, e.error, e.retry_of, e.attempt, e.replay_of, e.parent_id, e.parent_path,
        e.created_at, e.started_at, e.finished_at,
        CASE WHEN coalesce(d.size, length(e.raw)) <= 65536 THEN coalesce(d.body, e.raw) END AS body";

// Outer joins, though there always is a workflow: they leave no choice of where to begin.
const JOINS: &str = "
    LEFT JOIN workflows w ON w.id = e.workflow_id
    LEFT JOIN deliveries d ON d.id = e.delivery_id";

// A filter may ask for the name.
const JOIN_NAMES: &str = " LEFT JOIN workflows w ON w.id = e.workflow_id";

/// Adds the query for a page.
fn push_page<DB>(
    query: &mut QueryBuilder<DB>,
    dialect: Dialect,
    filter: &ExecutionFilter,
    span: Span,
    limit: i64,
) where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
{
    query.push(COLUMNS);
    filter.push_from(dialect, query);
    query.push(JOINS);
    filter.push_walk(dialect, query);
    span.push_to("e.id", query);
    filter.push_rest(query);
    query.push(" ORDER BY e.id DESC LIMIT ").push_bind(limit);
}

/// Adds the query for the ids of those on a page that have ended.
fn push_ended<DB>(
    query: &mut QueryBuilder<DB>,
    dialect: Dialect,
    filter: &ExecutionFilter,
    span: Span,
    limit: i64,
) where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
{
    query.push("SELECT e.id");
    filter.push_from(dialect, query);
    query.push(JOIN_NAMES);
    filter.push_walk(dialect, query);
    span.push_to("e.id", query);
    filter.push_rest(query);
    query.push(" AND e.finished_at IS NOT NULL ORDER BY e.id DESC LIMIT ").push_bind(limit);
}

/// Adds the query for the last id that a page looks at. It reads the index alone.
fn push_last<DB>(query: &mut QueryBuilder<DB>, dialect: Dialect, filter: &ExecutionFilter, span: Span)
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
{
    query.push("SELECT e.id");
    filter.push_from(dialect, query);
    filter.push_walk(dialect, query);
    span.push_to("e.id", query);
    query.push(" ORDER BY e.id DESC LIMIT 1 OFFSET ").push_bind(LOOK - 1);
}

impl Store {
    /// Executions without their steps, newest first, those older than `after`. Where few of many apply, it may have
    /// fewer than `limit` and a [`Listing::rest`] to go on from.
    pub async fn executions(
        &self,
        filter: &ExecutionFilter,
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Listing<ExecutionRow, ExecutionId>, StoreError> {
        let limit = rows::page(limit);
        let (span, last) = self.looked_at(filter, after).await?;
        let columns: Vec<ExecutionColumns> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new("");
            push_page(&mut query, self.dialect(), filter, span, limit);
            query.build_query_as().fetch_all(pool).await?
        });
        let rows: Result<Vec<_>, _> =
            columns.into_iter().map(|columns| columns.into_row(LONGEST_BODY, Vec::new())).collect();
        Ok(Listing::new(rows?, limit, last))
    }

    /// One execution as a page has it: without its steps, and without what a long body holds.
    pub async fn listed_execution(&self, id: ExecutionId) -> Result<Option<ExecutionRow>, StoreError> {
        let columns: Option<ExecutionColumns> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new(COLUMNS);
            query.push(" FROM executions e").push(JOINS).push(" WHERE e.id = ").push_bind(id.as_uuid());
            query.build_query_as().fetch_optional(pool).await?
        });
        columns.map(|columns| columns.into_row(LONGEST_BODY, Vec::new())).transpose()
    }

    /// The ids alone of those that have ended, in the same way.
    pub(super) async fn ended(
        &self,
        filter: &ExecutionFilter,
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Listing<ExecutionId, ExecutionId>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (span, last) = self.looked_at(filter, after).await?;
        let ids: Vec<Uuid> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new("");
            push_ended(&mut query, self.dialect(), filter, span, limit);
            query.build_query_scalar().fetch_all(pool).await?
        });
        let ids = ids.into_iter().map(ExecutionId::from_uuid).collect();
        Ok(Listing::new(ids, limit, last))
    }

    /// Which ids a page looks at, and the last of them where there may be more.
    async fn looked_at(
        &self,
        filter: &ExecutionFilter,
        after: Option<ExecutionId>,
    ) -> Result<(Span, Option<ExecutionId>), StoreError> {
        let span = filter.span(after.map(ExecutionId::as_uuid));
        if !filter.is_open_ended() {
            return Ok((span, None));
        }
        let last: Option<Uuid> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new("");
            push_last(&mut query, self.dialect(), filter, span);
            query.build_query_scalar().fetch_optional(pool).await?
        });
        Ok((Span { first: last.or(span.first), ..span }, last.map(ExecutionId::from_uuid)))
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
