//! Writing workflows and versions.

use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{Version, WorkflowId};
use bellhop_workflow::time::Timestamp;

use super::{NewWorkflow, WorkflowRow};
use crate::dialect::on_either;
use crate::error::{CreateError, StoreError, WriteError};
use crate::text::{storable, storable_option};
use crate::transaction::Tx;

// A taken name is no error of the statement, which on PostgreSQL would spoil the whole transaction.
const CREATE: &str = "
    INSERT INTO workflows (id, name, description, state, version, created_at, updated_at)
    VALUES ($1, $2, $3, 'inactive', 1, $4, $4)
    ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING";

const ADD_VERSION: &str =
    "INSERT INTO workflow_versions (workflow_id, version, yaml, created_at) VALUES ($1, $2, $3, $4)";

const UPDATE: &str = "
    UPDATE workflows SET version = version + 1, description = $3, updated_at = $4
    WHERE id = $1 AND version = $2 AND deleted_at IS NULL";

const SET_STATE: &str = "
    UPDATE workflows SET state = $3, updated_at = $4
    WHERE id = $1 AND state = $2 AND deleted_at IS NULL";

const DELETE: &str = "UPDATE workflows SET deleted_at = $2, updated_at = $2 WHERE id = $1 AND version = $3 AND deleted_at IS NULL";

const DELETE_SCHEDULES: &str = "DELETE FROM schedules WHERE workflow_id = $1";

const DELETE_REGISTRATIONS: &str = "DELETE FROM registrations WHERE workflow_id = $1";

impl Tx {
    /// Creates a workflow, inactive, with its first version.
    pub async fn create_workflow(&mut self, new: &NewWorkflow) -> Result<WorkflowRow, CreateError> {
        let description = storable_option(new.description.as_deref());
        let created = on_either!(&mut self.open, |transaction| {
            sqlx::query(CREATE)
                .bind(new.id.as_uuid())
                .bind(new.name.as_str())
                .bind(description.as_deref())
                .bind(new.created_at.as_micros())
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        if created == 0 {
            return Err(CreateError::NameTaken);
        }
        let version = Version(1);
        self.add_version(new.id, version, &new.yaml, new.created_at).await?;
        Ok(WorkflowRow {
            id: new.id,
            name: new.name.clone(),
            description,
            state: ActivationState::Inactive,
            version,
            created_at: new.created_at,
            updated_at: new.created_at,
        })
    }

    /// Adds a version to a workflow whose newest is `expected`, and says which it is.
    pub async fn update_workflow(
        &mut self,
        id: WorkflowId,
        expected: Version,
        yaml: &str,
        description: Option<&str>,
        now: Timestamp,
    ) -> Result<Version, WriteError> {
        let updated = on_either!(&mut self.open, |transaction| {
            sqlx::query(UPDATE)
                .bind(id.as_uuid())
                .bind(expected.0)
                .bind(storable_option(description))
                .bind(now.as_micros())
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        one_row(updated)?;
        let version = Version(expected.0 + 1);
        self.add_version(id, version, yaml, now).await?;
        Ok(version)
    }

    /// Moves a workflow from the state `expected` to another.
    pub async fn set_workflow_state(
        &mut self,
        id: WorkflowId,
        expected: ActivationState,
        to: ActivationState,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let updated = on_either!(&mut self.open, |transaction| {
            sqlx::query(SET_STATE)
                .bind(id.as_uuid())
                .bind(expected.as_str())
                .bind(to.as_str())
                .bind(now.as_micros())
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        one_row(updated)
    }

    /// Deletes a workflow whose newest version is `expected`, its registrations and its schedules. Its name is free
    /// again; its versions and its history stay, and what it has under way goes on. A [`WriteError::Conflict`] where it is
    /// gone already or has another version.
    pub async fn delete_workflow(
        &mut self,
        id: WorkflowId,
        expected: Version,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let deleted = on_either!(&mut self.open, |transaction| {
            sqlx::query(DELETE_SCHEDULES).bind(id.as_uuid()).execute(&mut **transaction).await?;
            sqlx::query(DELETE_REGISTRATIONS).bind(id.as_uuid()).execute(&mut **transaction).await?;
            sqlx::query(DELETE)
                .bind(id.as_uuid())
                .bind(now.as_micros())
                .bind(expected.0)
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        one_row(deleted)
    }

    async fn add_version(
        &mut self,
        id: WorkflowId,
        version: Version,
        yaml: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        on_either!(&mut self.open, |transaction| {
            sqlx::query(ADD_VERSION)
                .bind(id.as_uuid())
                .bind(version.0)
                .bind(storable(yaml))
                .bind(now.as_micros())
                .execute(&mut **transaction)
                .await?;
        });
        Ok(())
    }
}

fn one_row(affected: u64) -> Result<(), WriteError> {
    if affected == 1 { Ok(()) } else { Err(WriteError::Conflict) }
}
