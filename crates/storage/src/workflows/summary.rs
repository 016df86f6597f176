//! The list of workflows, each with how it has been doing.

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{WorkflowColumns, WorkflowRow};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::listing;
use crate::rows;
use crate::store::Store;

/// A workflow in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowSummary {
    /// The workflow.
    pub workflow: WorkflowRow,
    /// Its newest execution.
    pub last_execution: Option<LastExecution>,
    /// How its newest executions ended.
    pub recent: RecentCounts,
}

/// The newest execution of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastExecution {
    /// Its id.
    pub id: ExecutionId,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Counts over the newest 100 executions of a workflow: a list stays quick however long the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecentCounts {
    /// How many there are, 100 at most.
    pub executions: i64,
    /// How many of them failed.
    pub failed: i64,
    /// How many of them have not ended yet.
    pub unfinished: i64,
}

const SUMMARIES: &str = "
    SELECT w.id, w.name, w.description, w.state, w.version, w.created_at, w.updated_at,
        last.id AS last_id, last.status AS last_status, last.created_at AS last_created_at,
        (SELECT count(*) FROM
            (SELECT 1 FROM executions e WHERE e.workflow_id = w.id ORDER BY e.id DESC LIMIT 100) recent
        ) AS executions,
        (SELECT count(*) FROM
            (SELECT e.status FROM executions e WHERE e.workflow_id = w.id ORDER BY e.id DESC LIMIT 100) recent
            WHERE recent.status = 'failed'
        ) AS failed,
        (SELECT count(*) FROM
            (SELECT e.finished_at FROM executions e WHERE e.workflow_id = w.id ORDER BY e.id DESC LIMIT 100) recent
            WHERE recent.finished_at IS NULL
        ) AS unfinished
    FROM workflows w
    LEFT JOIN executions last
        ON last.id = (SELECT e.id FROM executions e WHERE e.workflow_id = w.id ORDER BY e.id DESC LIMIT 1)
    WHERE w.deleted_at IS NULL AND w.name > ";

#[derive(Debug, FromRow)]
struct SummaryColumns {
    #[sqlx(flatten)]
    workflow: WorkflowColumns,
    last_id: Option<Uuid>,
    last_status: Option<String>,
    last_created_at: Option<i64>,
    executions: i64,
    failed: i64,
    unfinished: i64,
}

impl TryFrom<SummaryColumns> for WorkflowSummary {
    type Error = StoreError;

    fn try_from(columns: SummaryColumns) -> Result<Self, StoreError> {
        let last_execution = match (columns.last_id, columns.last_status, columns.last_created_at) {
            (Some(id), Some(status), Some(created_at)) => Some(LastExecution {
                id: ExecutionId::from_uuid(id),
                status: status.parse().map_err(|_| StoreError::Corrupt { what: "execution status" })?,
                created_at: Timestamp::from_micros(created_at),
            }),
            _ => None,
        };
        Ok(Self {
            workflow: columns.workflow.try_into()?,
            last_execution,
            recent: RecentCounts {
                executions: columns.executions,
                failed: columns.failed,
                unfinished: columns.unfinished,
            },
        })
    }
}

impl Store {
    /// Workflows by name, those after `after`.
    pub async fn workflows(
        &self,
        after: Option<&WorkflowName>,
        limit: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError> {
        self.workflows_among(None, after, limit).await
    }

    /// The same of those alone that have one of these names, where some are given.
    pub async fn workflows_among(
        &self,
        names: Option<&[WorkflowName]>,
        after: Option<&WorkflowName>,
        limit: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError> {
        // No name is empty, so that every one comes after the empty text.
        let after = after.map_or("", WorkflowName::as_str);
        let columns: Vec<SummaryColumns> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new(SUMMARIES);
            query.push_bind(after.to_owned());
            if let Some(names) = names {
                listing::push_among("w.id", names, &mut query);
            }
            query.push(" ORDER BY w.name LIMIT ").push_bind(rows::page(limit));
            query.build_query_as().fetch_all(pool).await?
        });
        columns.into_iter().map(WorkflowSummary::try_from).collect()
    }
}
