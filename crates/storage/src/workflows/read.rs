//! Reading workflows and versions.

use bellhop_workflow::ids::{Version, WorkflowId, WorkflowName};
use uuid::Uuid;

use super::{VersionColumns, VersionRow, WorkflowColumns, WorkflowRow};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;

const BY_NAME: &str = "SELECT id, name, description, state, version, created_at, updated_at
    FROM workflows WHERE name = $1 AND deleted_at IS NULL";

const BY_ID: &str = "SELECT id, name, description, state, version, created_at, updated_at
    FROM workflows WHERE id = $1 AND deleted_at IS NULL";

const UNSETTLED: &str = "SELECT id FROM workflows
    WHERE state IN ('activating', 'deactivating', 'error') AND deleted_at IS NULL ORDER BY id";

const VERSIONS: &str = "SELECT version, yaml, created_at
    FROM workflow_versions WHERE workflow_id = $1 ORDER BY version DESC";

const VERSION: &str = "SELECT version, yaml, created_at
    FROM workflow_versions WHERE workflow_id = $1 AND version = $2";

impl Store {
    /// The workflow of that name.
    pub async fn workflow(&self, name: &WorkflowName) -> Result<Option<WorkflowRow>, StoreError> {
        let columns: Option<WorkflowColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_NAME).bind(name.as_str()).fetch_optional(pool).await?
        });
        columns.map(WorkflowRow::try_from).transpose()
    }

    /// The workflow of that id, unless it was deleted.
    pub async fn workflow_by_id(&self, id: WorkflowId) -> Result<Option<WorkflowRow>, StoreError> {
        let columns: Option<WorkflowColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_ID).bind(id.as_uuid()).fetch_optional(pool).await?
        });
        columns.map(WorkflowRow::try_from).transpose()
    }

    /// The workflows that are neither on nor off: somebody is at work on them, or was.
    pub async fn unsettled_workflows(&self) -> Result<Vec<WorkflowId>, StoreError> {
        let ids: Vec<Uuid> =
            on_either!(&self.pools().read, |pool| sqlx::query_scalar(UNSETTLED).fetch_all(pool).await?);
        Ok(ids.into_iter().map(WorkflowId::from_uuid).collect())
    }

    /// All versions of a workflow, the newest first.
    pub async fn workflow_versions(&self, id: WorkflowId) -> Result<Vec<VersionRow>, StoreError> {
        let columns: Vec<VersionColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(VERSIONS).bind(id.as_uuid()).fetch_all(pool).await?
        });
        Ok(columns.into_iter().map(VersionRow::from).collect())
    }

    /// One version of a workflow, also of one that was deleted: its executions still run.
    pub async fn workflow_version(
        &self,
        id: WorkflowId,
        version: Version,
    ) -> Result<Option<VersionRow>, StoreError> {
        let columns: Option<VersionColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(VERSION).bind(id.as_uuid()).bind(version.0).fetch_optional(pool).await?
        });
        Ok(columns.map(VersionRow::from))
    }
}
