//! Executions that a step of another started, and how those stand that somebody waits for.

use bellhop_workflow::execution::{ExecutionError, ExecutionStatus, effective_output};
use bellhop_workflow::ids::{ExecutionId, WorkflowId};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::dedup;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::executions::{Intake, NewExecution, Recorded};
use crate::json;
use crate::store::Store;
use crate::text;

/// Where an execution stands that somebody waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildState {
    /// Its id.
    pub id: ExecutionId,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// What it gave, see [`effective_output`]; null until it has succeeded.
    pub output: Value,
    /// Why it failed.
    pub error: Option<ExecutionError>,
}

#[derive(Debug, FromRow)]
struct ChildColumns {
    id: Uuid,
    status: String,
    output: Option<String>,
    error: Option<String>,
}

const CHILD: &str = "
    SELECT id, status, output, error FROM executions WHERE parent_id = $1 AND parent_path = $2 ORDER BY id LIMIT 1";

const STANDING: &str = "SELECT id, status, output, error FROM executions WHERE id = $1";

const BY_KEY: &str = "SELECT id FROM executions WHERE workflow_id = $1 AND dedup_key = $2";

impl Store {
    /// Records an execution that a step starts, unless that step has started it before, and gives its id either way.
    /// `new` has a parent, and a dedup key made of it.
    pub async fn start_child(&self, new: NewExecution) -> Result<ExecutionId, StoreError> {
        // Asked first, because the workflow may be another of the same name since, for which the key is a new one.
        if let Some(parent) = &new.parent
            && let Some(columns) = self.child_columns(parent.execution, &parent.path).await?
        {
            return Ok(ExecutionId::from_uuid(columns.id));
        }
        let (workflow, key) = (new.workflow_id, new.dedup_key.clone());
        match self.record(Intake { parsed: None, delivery: None, execution: Some(new) }).await? {
            Recorded::Accepted(id) => Ok(id),
            Recorded::Duplicate | Recorded::Stored => self
                .execution_of_key(workflow, key.as_deref().unwrap_or_default())
                .await?
                .ok_or(StoreError::Corrupt { what: "child execution" }),
        }
    }

    /// Where the execution stands that the step at `path` of `parent` started.
    pub async fn child(&self, parent: ExecutionId, path: &str) -> Result<Option<ChildState>, StoreError> {
        let Some(columns) = self.child_columns(parent, path).await? else { return Ok(None) };
        self.standing_of(columns).await.map(Some)
    }

    /// Where an execution stands, in the same few words.
    pub async fn standing(&self, id: ExecutionId) -> Result<Option<ChildState>, StoreError> {
        let columns: Option<ChildColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(STANDING).bind(id.as_uuid()).fetch_optional(pool).await?
        });
        let Some(columns) = columns else { return Ok(None) };
        self.standing_of(columns).await.map(Some)
    }

    async fn standing_of(&self, columns: ChildColumns) -> Result<ChildState, StoreError> {
        let status = columns.status.parse().map_err(|_| StoreError::Corrupt { what: "execution status" })?;
        let output: Option<Value> = json::from_text_option("execution output", columns.output.as_deref())?;
        let output = match (status, output) {
            (_, Some(output)) => output,
            (ExecutionStatus::Succeeded, None) => {
                let steps = self.steps_of(&[columns.id]).await?.remove(&columns.id).unwrap_or_default();
                effective_output(None, &steps)
            }
            (_, None) => Value::Null,
        };
        Ok(ChildState {
            id: ExecutionId::from_uuid(columns.id),
            status,
            output,
            error: json::from_text_option("execution error", columns.error.as_deref())?,
        })
    }

    /// The execution of the workflow that has this dedup key.
    pub async fn execution_of_key(
        &self,
        workflow: WorkflowId,
        dedup_key: &str,
    ) -> Result<Option<ExecutionId>, StoreError> {
        let id: Option<Uuid> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(BY_KEY)
                .bind(workflow.as_uuid())
                .bind(dedup::to_stored(dedup_key))
                .fetch_optional(pool)
                .await?
        });
        Ok(id.map(ExecutionId::from_uuid))
    }

    async fn child_columns(
        &self,
        parent: ExecutionId,
        path: &str,
    ) -> Result<Option<ChildColumns>, StoreError> {
        Ok(on_either!(&self.pools().read, |pool| {
            sqlx::query_as(CHILD).bind(parent.as_uuid()).bind(text::key(path)).fetch_optional(pool).await?
        }))
    }
}
