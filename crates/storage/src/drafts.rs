//! Custom activities that a trigger for published ones has heard of as drafts: when each is looked at next, and what
//! its publication is counted by.

use std::time::Duration;

use bellhop_workflow::ids::{HookId, TriggerId, WorkflowId};
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::store::Store;
use crate::text::key;

/// How long a draft is remembered that nobody looks at any more: as long as its vendor keeps events.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);

/// A draft that a trigger has heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// Whose trigger it is of.
    pub workflow_id: WorkflowId,
    /// Which trigger.
    pub trigger_id: TriggerId,
    /// The vendor's id of the activity.
    pub activity_id: String,
    /// Where it was delivered to.
    pub hook_id: HookId,
    /// The event that made a draft again of what had been published; none where it had not been.
    pub reopened_by: Option<String>,
    /// When it is looked at first.
    pub next_at: Timestamp,
}

/// A draft that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Whose trigger it is of.
    pub workflow_id: WorkflowId,
    /// Which trigger.
    pub trigger_id: TriggerId,
    /// The vendor's id of the activity.
    pub activity_id: String,
    /// Where it was delivered to.
    pub hook_id: HookId,
    /// How often it was looked at.
    pub looks: u32,
    /// When it was to be looked at, as it was read.
    pub due_at: Timestamp,
}

// A draft that is told of again is looked at as often as a new one.
const NOTE: &str = "
    INSERT INTO drafts (workflow_id, trigger_id, activity_id, hook_id, reopened_by, seen_at, next_at, looks)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
    ON CONFLICT (workflow_id, trigger_id, activity_id) DO UPDATE SET
        hook_id = excluded.hook_id, reopened_by = coalesce(excluded.reopened_by, drafts.reopened_by),
        seen_at = excluded.seen_at, next_at = excluded.next_at, looks = 0";

const FORGET: &str = "DELETE FROM drafts WHERE next_at IS NULL AND seen_at < $1";

const DUE: &str = "
    SELECT workflow_id, trigger_id, activity_id, hook_id, next_at, looks FROM drafts
    WHERE next_at <= $1 ORDER BY next_at LIMIT $2";

const NEXT: &str = "SELECT min(next_at) FROM drafts WHERE next_at IS NOT NULL";

const MOVE: &str = "
    UPDATE drafts SET next_at = $5, looks = looks + $6
    WHERE workflow_id = $1 AND trigger_id = $2 AND activity_id = $3 AND next_at = $4";

const REOPENED: &str =
    "SELECT reopened_by FROM drafts WHERE workflow_id = $1 AND trigger_id = $2 AND activity_id = $3";

#[derive(Debug, FromRow)]
struct DraftColumns {
    workflow_id: Uuid,
    trigger_id: String,
    activity_id: String,
    hook_id: String,
    next_at: i64,
    looks: i64,
}

impl From<DraftColumns> for DraftRow {
    fn from(columns: DraftColumns) -> Self {
        Self {
            workflow_id: WorkflowId::from_uuid(columns.workflow_id),
            trigger_id: TriggerId::new(columns.trigger_id),
            activity_id: columns.activity_id,
            hook_id: HookId::new(columns.hook_id),
            looks: u32::try_from(columns.looks).unwrap_or(u32::MAX),
            due_at: Timestamp::from_micros(columns.next_at),
        }
    }
}

impl Store {
    /// Notes a draft, which is looked at from then on.
    pub async fn note_draft(&self, draft: &NewDraft, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        on_either!(&mut tx.open, |transaction| {
            sqlx::query(FORGET).bind(now.minus(REMEMBERED).as_micros()).execute(&mut **transaction).await?;
            sqlx::query(NOTE)
                .bind(draft.workflow_id.as_uuid())
                .bind(draft.trigger_id.as_str())
                .bind(key(&draft.activity_id))
                .bind(draft.hook_id.as_str())
                .bind(draft.reopened_by.as_deref().map(key))
                .bind(now.as_micros())
                .bind(draft.next_at.as_micros())
                .execute(&mut **transaction)
                .await?;
        });
        tx.commit().await
    }

    /// At most `limit` drafts that are to be looked at by `now`.
    pub async fn due_drafts(&self, now: Timestamp, limit: u32) -> Result<Vec<DraftRow>, StoreError> {
        let columns: Vec<DraftColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(DUE).bind(now.as_micros()).bind(rows::page(limit)).fetch_all(pool).await
        })
        .map_err(|error| self.health().unread(error))?;
        Ok(columns.into_iter().map(DraftRow::from).collect())
    }

    /// When the next draft is to be looked at; none where there is none.
    pub async fn next_draft(&self) -> Result<Option<Timestamp>, StoreError> {
        let next: Option<i64> =
            on_either!(&self.pools().read, |pool| sqlx::query_scalar(NEXT).fetch_one(pool).await)
                .map_err(|error| self.health().unread(error))?;
        Ok(next.map(Timestamp::from_micros))
    }

    /// Says when a draft that was due is looked at next (none: not any more), and how many looks more it counts. False
    /// where another node was first, or where it was told of again meanwhile.
    pub async fn move_draft(
        &self,
        draft: &DraftRow,
        next_at: Option<Timestamp>,
        looks: i32,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let moved = on_either!(&mut tx.open, |transaction| {
            sqlx::query(MOVE)
                .bind(draft.workflow_id.as_uuid())
                .bind(draft.trigger_id.as_str())
                .bind(draft.activity_id.as_str())
                .bind(draft.due_at.as_micros())
                .bind(next_at.map(Timestamp::as_micros))
                .bind(i64::from(looks))
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        tx.commit().await?;
        Ok(moved == 1)
    }

    /// The event by which an activity last became a draft again; none where it never did, as far as is known.
    pub async fn reopened_by(
        &self,
        workflow: WorkflowId,
        trigger: &TriggerId,
        activity: &str,
    ) -> Result<Option<String>, StoreError> {
        let found: Option<Option<String>> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(REOPENED)
                .bind(workflow.as_uuid())
                .bind(trigger.as_str())
                .bind(key(activity))
                .fetch_optional(pool)
                .await?
        });
        Ok(found.flatten())
    }
}
