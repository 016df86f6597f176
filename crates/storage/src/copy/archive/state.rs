//! Durable keys of workflows, which leave with their values and come in where there is no such key.

use bellhop_workflow::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::read::{Each, LOOK};
use super::{ArchiveItem, ImportOutcome};
use crate::copy::{Bare, CopyError};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::state::{StateChange, StateOp};
use crate::text::storable;
use crate::transaction::Tx;

// No id is nil and no key is empty, so that every row comes after both. What belongs to a deleted workflow stays.
const STATE: &str = "
    SELECT s.workflow_id, w.name AS workflow, s.key, s.value, s.updated_at
    FROM state s JOIN workflows w ON w.id = s.workflow_id
    WHERE w.deleted_at IS NULL AND (s.workflow_id > $1 OR (s.workflow_id = $1 AND s.key > $2))
    ORDER BY s.workflow_id, s.key LIMIT $3";
const INSERT: &str = "
    INSERT INTO state (workflow_id, key, value, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// A durable key of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchivedState {
    /// The workflow's name.
    pub workflow: String,
    /// The key.
    pub key: String,
    /// What it holds.
    pub value: Value,
    /// When it was last written.
    pub updated_at: Timestamp,
}

#[derive(FromRow)]
struct StateColumns {
    workflow_id: Uuid,
    workflow: String,
    key: String,
    value: String,
    updated_at: i64,
}

impl Bare {
    pub(super) async fn state(&mut self, each: &mut Each<'_>) -> Result<(), CopyError> {
        let (mut workflow, mut key) = (Uuid::nil(), String::new());
        loop {
            let page: Vec<StateColumns> = on_either!(&mut self.line, |line| {
                sqlx::query_as(STATE).bind(workflow).bind(&key).bind(LOOK).fetch_all(line).await?
            });
            let Some(end) = page.last() else { return Ok(()) };
            (workflow, key) = (end.workflow_id, end.key.clone());
            for row in page {
                each(ArchiveItem::State(Box::new(row.into_archived()?)))?;
            }
        }
    }
}

impl StateColumns {
    fn into_archived(self) -> Result<ArchivedState, StoreError> {
        Ok(ArchivedState {
            workflow: self.workflow,
            key: self.key,
            value: json::from_text("state value", &self.value)?,
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}

impl Tx {
    pub(super) async fn import_state(&mut self, state: &ArchivedState) -> Result<ImportOutcome, StoreError> {
        let Some(workflow) = self.id_of(&state.workflow).await? else {
            return Ok(ImportOutcome::skipped(format!("there is no workflow `{}`", state.workflow)));
        };
        // What no step could have written is not let in here either.
        let change = StateChange { key: state.key.clone(), op: StateOp::Set(state.value.clone()) };
        if let Err(refused) = change.check() {
            return Ok(ImportOutcome::skipped(refused.to_string()));
        }
        let value = json::to_text(&state.value)?;
        Ok(ImportOutcome::of(on_either!(&mut self.open, |transaction| {
            sqlx::query(INSERT)
                .bind(workflow)
                .bind(storable(&state.key))
                .bind(value)
                .bind(state.updated_at.as_micros())
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        })))
    }
}
