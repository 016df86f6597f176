//! Recoveries: what is to be fetched from a vendor's event log for a registration, and what came of it.
//!
//! There is one row for each registration, of the last recovery that was asked for. It is written before anything is
//! fetched, so that a crash in the middle is made good after it.

use std::time::Duration;

use bellhop_workflow::ids::{RegistrationId, WorkflowId};
use bellhop_workflow::time::Timestamp;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::store::Store;
use crate::text::storable;
use crate::transaction::Tx;

/// The last recovery of a registration.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveryRow {
    /// Whose it is.
    pub registration_id: RegistrationId,
    /// From when on events are fetched.
    pub since: Timestamp,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it had ended; none where it has not yet.
    pub finished_at: Option<Timestamp>,
    /// What has come of it, in the words of whoever runs it: as far as it has got, where it has not ended.
    pub report: Option<Value>,
    /// Why the last try failed, where it did.
    pub error: Option<String>,
}

// Asked for again before it has ended, it goes back as far as either wanted, and is one with what has come of it so far. One
// that waits after a failure need not wait any longer.
const REQUEST: &str = "
    INSERT INTO recoveries (registration_id, since, requested_at) VALUES ($1, $2, $3)
    ON CONFLICT (registration_id) DO UPDATE SET
        since = CASE WHEN recoveries.finished_at IS NULL AND recoveries.since < excluded.since
            THEN recoveries.since ELSE excluded.since END,
        requested_at = CASE WHEN recoveries.requested_at < excluded.requested_at
            THEN excluded.requested_at ELSE recoveries.requested_at END,
        report = CASE WHEN recoveries.finished_at IS NULL THEN recoveries.report ELSE NULL END,
        claimed_until = CASE WHEN recoveries.finished_at IS NULL AND recoveries.error IS NULL
            THEN recoveries.claimed_until ELSE NULL END,
        finished_at = NULL, error = NULL";

const OPEN: &str = "
    SELECT registration_id, since, requested_at, finished_at, report, error FROM recoveries
    WHERE finished_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY requested_at";

const ALL: &str = "SELECT registration_id, since, requested_at, finished_at, report, error FROM recoveries";

const ONE: &str = "
    SELECT registration_id, since, requested_at, finished_at, report, error FROM recoveries WHERE registration_id = $1";

const CLAIM: &str = "
    UPDATE recoveries SET claimed_until = $2, error = NULL
    WHERE registration_id = $1 AND finished_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $3)";

const EXTEND: &str = "UPDATE recoveries SET claimed_until = $2 WHERE registration_id = $1";

const ADVANCE: &str = "UPDATE recoveries SET report = $2 WHERE registration_id = $1";

// One that was asked for again meanwhile has not ended: it may reach further back.
const FINISH: &str = "
    UPDATE recoveries SET
        finished_at = CASE WHEN requested_at <= $2 THEN $3 ELSE NULL END,
        report = $4, error = NULL, claimed_until = NULL
    WHERE registration_id = $1";

const FAIL: &str =
    "UPDATE recoveries SET error = $2, claimed_until = $3, report = $4 WHERE registration_id = $1";

const ACTIVE_SINCE: &str = "SELECT active_since FROM registrations WHERE id = $1";

const FORGOTTEN: &str = "SELECT forgotten_until FROM workflows WHERE id = $1";

#[derive(Debug, FromRow)]
struct RecoveryColumns {
    registration_id: Uuid,
    since: i64,
    requested_at: i64,
    finished_at: Option<i64>,
    report: Option<String>,
    error: Option<String>,
}

impl TryFrom<RecoveryColumns> for RecoveryRow {
    type Error = StoreError;

    fn try_from(columns: RecoveryColumns) -> Result<Self, StoreError> {
        Ok(Self {
            registration_id: RegistrationId::from_uuid(columns.registration_id),
            since: Timestamp::from_micros(columns.since),
            requested_at: Timestamp::from_micros(columns.requested_at),
            finished_at: columns.finished_at.map(Timestamp::from_micros),
            report: json::from_text_option("recovery report", columns.report.as_deref())?,
            error: columns.error,
        })
    }
}

impl Store {
    /// Writes down that a registration's missed events are to be fetched.
    pub async fn request_recovery(
        &self,
        registration: RegistrationId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.request_recovery(registration, since, now).await?;
        tx.commit().await
    }

    /// The recoveries that have not ended and that no node is at.
    pub async fn open_recoveries(&self, now: Timestamp) -> Result<Vec<RecoveryRow>, StoreError> {
        let columns: Vec<RecoveryColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(OPEN).bind(now.as_micros()).fetch_all(pool).await
        })
        .map_err(|error| self.health().unread(error))?;
        columns.into_iter().map(RecoveryRow::try_from).collect()
    }

    /// The last recovery of every registration that had one.
    pub async fn recoveries(&self) -> Result<Vec<RecoveryRow>, StoreError> {
        let columns: Vec<RecoveryColumns> =
            on_either!(&self.pools().read, |pool| sqlx::query_as(ALL).fetch_all(pool).await?);
        columns.into_iter().map(RecoveryRow::try_from).collect()
    }

    /// The last recovery of a registration; none where it had none.
    pub async fn recovery(&self, registration: RegistrationId) -> Result<Option<RecoveryRow>, StoreError> {
        let columns: Option<RecoveryColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(ONE).bind(registration.as_uuid()).fetch_optional(pool).await?
        });
        columns.map(RecoveryRow::try_from).transpose()
    }

    /// Takes a recovery for `long`. False where it has ended, or another node is at it.
    pub async fn claim_recovery(
        &self,
        registration: RegistrationId,
        long: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let claimed = on_either!(&mut tx.open, |transaction| {
            sqlx::query(CLAIM)
                .bind(registration.as_uuid())
                .bind(now.plus(long).as_micros())
                .bind(now.as_micros())
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        tx.commit().await?;
        Ok(claimed == 1)
    }

    /// Keeps a recovery that was claimed until `until`.
    pub async fn extend_recovery(
        &self,
        registration: RegistrationId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        on_either!(&mut tx.open, |transaction| {
            sqlx::query(EXTEND)
                .bind(registration.as_uuid())
                .bind(until.as_micros())
                .execute(&mut **transaction)
                .await?;
        });
        tx.commit().await
    }

    /// Writes down how far a recovery has got.
    pub async fn advance_recovery(
        &self,
        registration: RegistrationId,
        report: &Value,
    ) -> Result<(), StoreError> {
        let report = json::to_text(report)?;
        let mut tx = self.begin().await?;
        on_either!(&mut tx.open, |transaction| {
            sqlx::query(ADVANCE)
                .bind(registration.as_uuid())
                .bind(report)
                .execute(&mut **transaction)
                .await?;
        });
        tx.commit().await
    }

    /// Writes down what came of a recovery that was asked for at `requested_at`. Asked for again since, it is open still.
    pub async fn finish_recovery(
        &self,
        registration: RegistrationId,
        requested_at: Timestamp,
        report: &Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let report = json::to_text(report)?;
        let mut tx = self.begin().await?;
        on_either!(&mut tx.open, |transaction| {
            sqlx::query(FINISH)
                .bind(registration.as_uuid())
                .bind(requested_at.as_micros())
                .bind(now.as_micros())
                .bind(report)
                .execute(&mut **transaction)
                .await?;
        });
        tx.commit().await
    }

    /// Writes down how far a recovery has got, and why no further. It is taken up again after `again_at`.
    pub async fn fail_recovery(
        &self,
        registration: RegistrationId,
        report: &Value,
        error: &str,
        again_at: Timestamp,
    ) -> Result<(), StoreError> {
        let report = json::to_text(report)?;
        let mut tx = self.begin().await?;
        on_either!(&mut tx.open, |transaction| {
            sqlx::query(FAIL)
                .bind(registration.as_uuid())
                .bind(storable(error))
                .bind(again_at.as_micros())
                .bind(report)
                .execute(&mut **transaction)
                .await?;
        });
        tx.commit().await
    }

    /// Whether an event of that key has started an execution of the workflow, as far as the history is kept.
    pub async fn has_run(&self, workflow: WorkflowId, dedup_key: &str) -> Result<bool, StoreError> {
        Ok(self.execution_of_key(workflow, dedup_key).await?.is_some())
    }

    /// Since when a registration has been on; none where it is off.
    pub async fn active_since(&self, registration: RegistrationId) -> Result<Option<Timestamp>, StoreError> {
        let since: Option<Option<i64>> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(ACTIVE_SINCE).bind(registration.as_uuid()).fetch_optional(pool).await?
        });
        Ok(since.flatten().map(Timestamp::from_micros))
    }

    /// Up to when executions that events of vendors had started are gone from the history of the workflow: of an event
    /// from before then nobody can say any more whether it has run. None where none is gone.
    pub async fn forgotten_until(&self, workflow: WorkflowId) -> Result<Option<Timestamp>, StoreError> {
        let until: Option<Option<i64>> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(FORGOTTEN).bind(workflow.as_uuid()).fetch_optional(pool).await?
        });
        Ok(until.flatten().map(Timestamp::from_micros))
    }
}

impl Tx {
    /// The same together with what it is the consequence of.
    pub async fn request_recovery(
        &mut self,
        registration: RegistrationId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        on_either!(&mut self.open, |transaction| {
            sqlx::query(REQUEST)
                .bind(registration.as_uuid())
                .bind(since.as_micros())
                .bind(now.as_micros())
                .execute(&mut **transaction)
                .await?;
        });
        Ok(())
    }
}
