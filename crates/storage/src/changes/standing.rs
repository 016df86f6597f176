//! Where executions stand, in few columns: what has changed is found by comparing.

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use crate::dialect::{Dialect, on_either};
use crate::error::StoreError;
use crate::journal;
use crate::rows;
use crate::span;
use crate::store::Store;

/// How many entries of a journal are read at once.
const ENTRIES: i64 = 16;

/// How many rows a page of the history looks at, and how many ids it has at most.
const LOOK: i64 = 5_000;

/// Where an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionStanding {
    /// Its id.
    pub id: ExecutionId,
    /// What its workflow is called.
    pub workflow: WorkflowName,
    /// Its status.
    pub status: ExecutionStatus,
    /// The number of the last entry in its journal, 0 where there is none.
    pub entry: i64,
}

/// An entry of a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalEntry {
    /// Its number: from 1 on, in the order they were written.
    pub number: i64,
    /// What it says of steps.
    pub records: Vec<StepRecord>,
}

#[derive(Debug, FromRow)]
struct Columns {
    id: Uuid,
    workflow: String,
    status: String,
    entry: i64,
}

const STANDINGS: &str = "
    SELECT e.id, w.name AS workflow, e.status,
        coalesce((SELECT max(seq) FROM journal j WHERE j.execution_id = e.id), 0) AS entry
    FROM executions e JOIN workflows w ON w.id = e.workflow_id
    WHERE e.id IN (";

macro_rules! unfinished {
    ($executions:literal) => {
        concat!("SELECT id FROM ", $executions, " WHERE finished_at IS NULL AND id > $1 ORDER BY id LIMIT $2")
    };
}

// SQLite keeps no statistics to choose an index by; PostgreSQL does.
const UNFINISHED_SQLITE: &str = unfinished!("executions INDEXED BY executions_unfinished");
const UNFINISHED_POSTGRES: &str = unfinished!("executions");

const JOURNAL: &str =
    "SELECT seq, records FROM journal WHERE execution_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";

const RECENT: &str = "SELECT id FROM executions WHERE id >= $1 ORDER BY id LIMIT $2";

// How far a page goes; read off the index alone.
const PAGE_END: &str = "SELECT id FROM executions WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2";

const CHANGED: &str = "
    SELECT id FROM executions
    WHERE id > $1 AND id <= $2 AND (finished_at IS NULL OR finished_at >= $3) ORDER BY id";

const LAST_ID: Uuid = Uuid::max();

impl Store {
    /// Where these stand, those that are there, by id.
    pub async fn standings(&self, executions: &[ExecutionId]) -> Result<Vec<ExecutionStanding>, StoreError> {
        let mut standings = Vec::with_capacity(executions.len());
        for part in executions.chunks(rows::MAX_PAGE as usize) {
            let columns: Vec<Columns> = on_either!(&self.pools().read, |pool: DB| {
                let mut query = QueryBuilder::<DB>::new(STANDINGS);
                rows::push_ids(&mut query, part.iter().map(|id| id.as_uuid()));
                query.push(")");
                query.build_query_as().fetch_all(pool).await?
            });
            for Columns { id, workflow, status, entry } in columns {
                let status = status.parse().map_err(|_| StoreError::Corrupt { what: "execution status" })?;
                let (id, workflow) = (ExecutionId::from_uuid(id), WorkflowName::new(workflow));
                standings.push(ExecutionStanding { id, workflow, status, entry });
            }
        }
        standings.sort_unstable_by_key(|standing| standing.id);
        Ok(standings)
    }

    /// The next entries of an execution's journal after that one, a bounded number of them.
    pub async fn journal_after(
        &self,
        execution: ExecutionId,
        entry: i64,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let entries: Vec<(i64, Vec<u8>)> = on_either!(&self.pools().read, |pool| {
            let query = sqlx::query_as(JOURNAL).bind(execution.as_uuid()).bind(entry).bind(ENTRIES);
            query.fetch_all(pool).await?
        });
        let read = |(number, records)| Ok(JournalEntry { number, records: journal::from_stored(records)? });
        entries.into_iter().map(read).collect()
    }

    /// The ids of unfinished executions after that one, by id.
    pub async fn unfinished_after(
        &self,
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<ExecutionId>, StoreError> {
        let after = after.map_or(Uuid::nil(), ExecutionId::as_uuid);
        let unfinished = match self.dialect() {
            Dialect::Sqlite => UNFINISHED_SQLITE,
            Dialect::Postgres => UNFINISHED_POSTGRES,
        };
        let ids: Vec<Uuid> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(unfinished).bind(after).bind(i64::from(limit)).fetch_all(pool).await?
        });
        Ok(ids.into_iter().map(ExecutionId::from_uuid).collect())
    }

    /// The ids of executions recorded then or later, by id, a bounded number of them.
    pub async fn recorded_since(&self, since: Timestamp) -> Result<Vec<ExecutionId>, StoreError> {
        let ids: Vec<Uuid> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(RECENT).bind(span::first_id(since)).bind(LOOK).fetch_all(pool).await?
        });
        Ok(ids.into_iter().map(ExecutionId::from_uuid).collect())
    }

    /// A page of the executions after that one that are unfinished, or ended then or later; with where the next page
    /// begins, where there is one. It looks at a bounded number of rows.
    pub async fn changed_since(
        &self,
        after: Option<ExecutionId>,
        since: Timestamp,
    ) -> Result<(Vec<ExecutionId>, Option<ExecutionId>), StoreError> {
        let after = after.map_or(Uuid::nil(), ExecutionId::as_uuid);
        let end: Option<Uuid> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(PAGE_END).bind(after).bind(LOOK - 1).fetch_optional(pool).await?
        });
        let ids: Vec<Uuid> = on_either!(&self.pools().read, |pool| {
            let query = sqlx::query_scalar(CHANGED).bind(after).bind(end.unwrap_or(LAST_ID));
            query.bind(since.as_micros()).fetch_all(pool).await?
        });
        let ids = ids.into_iter().map(ExecutionId::from_uuid).collect();
        Ok((ids, end.map(ExecutionId::from_uuid)))
    }
}
