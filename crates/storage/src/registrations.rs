//! Registrations: what a trigger has at its vendor, or wants to have.

use std::collections::BTreeMap;

use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, HookId, RegistrationId, TriggerId, WorkflowId};
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::{RegistrationError, StoreError};
use crate::json;
use crate::store::Store;
use crate::text::storable_option;
use crate::transaction::Tx;

/// One trigger's registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationRow {
    /// Its id.
    pub id: RegistrationId,
    /// Whose trigger it is of.
    pub workflow_id: WorkflowId,
    /// Which trigger.
    pub trigger_id: TriggerId,
    /// Who sends: `close`, another vendor, or `webhook`.
    pub provider: String,
    /// What else the vendor has to be told to find it.
    pub parameters: BTreeMap<String, String>,
    /// Where it is delivered to, unless it shares; no other registration has the same.
    pub hook_id: HookId,
    /// Where the subscription delivers to that it shares with others.
    pub shared_hook: Option<HookId>,
    /// What it is made with at the vendor.
    pub credential: Option<CredentialName>,
    /// The vendor's id for it.
    pub webhook_id: Option<String>,
    /// The vendor's signing key, sealed.
    pub signature_key: Option<Vec<u8>>,
    /// Where it stands.
    pub state: ActivationState,
    /// The URL that the vendor was told.
    pub url: Option<String>,
    /// Other URLs that the vendor may know it under, from before the public URL changed.
    pub former_urls: Vec<String>,
    /// The events that it was registered for.
    pub events: Vec<EventPair>,
    /// Since when it was asked for some of them, by name, where that is later than since it has been on.
    pub events_since: BTreeMap<String, Timestamp>,
    /// What the vendor last said of it.
    pub vendor_status: Option<String>,
    /// What last went wrong, in the vendor's words.
    pub last_error: Option<String>,
    /// When the vendor's list was last compared with it.
    pub reconciled_at: Option<Timestamp>,
    /// What was last put right by that.
    pub mended: Option<Mended>,
    /// When a delivery that was not rejected last arrived. Only read: it comes from the deliveries.
    pub last_delivery_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl RegistrationRow {
    /// Where it is delivered to.
    #[must_use]
    pub fn hook(&self) -> &HookId {
        self.shared_hook.as_ref().unwrap_or(&self.hook_id)
    }

    /// Whether it is about to use, or uses, the subscription that is at its hook.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        matches!(self.state, ActivationState::Active | ActivationState::Activating)
    }
}

/// Something about a registration that had changed at the vendor and was put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// When.
    pub at: Timestamp,
    /// What it was, and what was done, for a person.
    pub what: String,
}

/// What a look at the vendor showed of a registration that is on.
#[derive(Debug, Clone)]
pub struct VendorNote {
    /// Which registration.
    pub id: RegistrationId,
    /// The vendor's id that was looked for: where the registration has another by now, nothing is noted.
    pub webhook_id: Option<String>,
    /// What the vendor says of it.
    pub status: Option<String>,
    /// Why it could not be asked; none where it answered.
    pub error: Option<String>,
    /// When it answered; none leaves what is known.
    pub reconciled_at: Option<Timestamp>,
}

/// What the signature key of a registration is sealed for: moved to another one, it does not open.
#[must_use]
pub fn signature_key_context(id: RegistrationId) -> String {
    format!("registration:{id}")
}

/// The text of a query for registrations, with what stands between FROM and ORDER BY. The last delivery is looked for
/// among the newest 100, so that a flood of forged ones does not make a list slow.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, r.workflow_id, r.trigger_id, r.provider, r.hook_id, r.shared_hook, r.credential, r.webhook_id,
                r.signature_key, r.state, r.url, r.former_urls, r.events, r.events_since, r.parameters,
                r.vendor_status, r.last_error,
                r.reconciled_at, r.mended, r.mended_at, r.created_at, r.updated_at,
                (SELECT max(recent.received_at) FROM
                    (SELECT d.received_at, d.outcome FROM deliveries d
                     WHERE d.hook_id = coalesce(r.shared_hook, r.hook_id) AND d.workflow_id = r.workflow_id
                     ORDER BY d.id DESC LIMIT 100) recent
                 WHERE recent.outcome <> 'rejected'
                ) AS last_delivery_at
            FROM registrations r ",
            $condition,
            " ORDER BY r.workflow_id, r.trigger_id, r.id"
        )
    };
}

const OF_WORKFLOW: &str = select!("WHERE r.workflow_id = $1");
const BY_HOOK: &str = select!("WHERE r.hook_id = $1 OR r.shared_hook = $1");
const SHARED: &str = select!("WHERE r.shared_hook IS NOT NULL");
const ALL: &str = select!("");

const HOOK_TAKEN: &str = "SELECT count(*) FROM registrations WHERE hook_id = $1 AND id <> $2";

const SAVE: &str = "
    INSERT INTO registrations (id, workflow_id, trigger_id, provider, hook_id, credential, webhook_id, signature_key,
        state, url, former_urls, events, vendor_status, last_error, reconciled_at, mended, mended_at, created_at,
        updated_at, active_since, shared_hook, parameters, events_since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        CASE WHEN $9 = 'active' THEN CAST($19 AS BIGINT) END, $20, $21, $22)
    ON CONFLICT (id) DO UPDATE SET
        trigger_id = excluded.trigger_id, hook_id = excluded.hook_id, credential = excluded.credential,
        webhook_id = excluded.webhook_id, signature_key = excluded.signature_key, state = excluded.state,
        url = excluded.url, former_urls = excluded.former_urls, events = excluded.events,
        vendor_status = excluded.vendor_status, last_error = excluded.last_error,
        reconciled_at = excluded.reconciled_at, mended = excluded.mended, mended_at = excluded.mended_at,
        updated_at = excluded.updated_at, shared_hook = excluded.shared_hook,
        parameters = excluded.parameters, events_since = excluded.events_since,
        active_since = CASE WHEN excluded.state = 'active' AND registrations.state = 'active'
            THEN registrations.active_since ELSE excluded.active_since END";

// What the vendor has of a shared subscription, for one of those that share it. Whoever works on that one at the time
// knows better where it stands, and only where it still is in the same share is it told.
const SAVE_SHARED: &str = "
    UPDATE registrations SET webhook_id = $1, signature_key = $2, url = $3, former_urls = $4, vendor_status = $5
    WHERE id = $6 AND shared_hook = $7 AND webhook_id IS NOT NULL";

// Only while it is what was looked at: whoever changes it meanwhile knows better.
const NOTE: &str = "
    UPDATE registrations SET vendor_status = $1, last_error = $2, reconciled_at = coalesce($3, reconciled_at)
    WHERE id = $4 AND state = 'active' AND webhook_id = $5";

const INHERIT: &str = "
    UPDATE registrations SET
        active_since = coalesce((SELECT active_since FROM registrations WHERE id = $2), active_since)
    WHERE id = $1";

const DELETE: &str = "DELETE FROM registrations WHERE id = $1";

#[derive(Debug, FromRow)]
struct RegistrationColumns {
    id: Uuid,
    workflow_id: Uuid,
    trigger_id: String,
    provider: String,
    hook_id: String,
    shared_hook: Option<String>,
    credential: Option<String>,
    webhook_id: Option<String>,
    signature_key: Option<Vec<u8>>,
    state: String,
    url: Option<String>,
    former_urls: String,
    events: String,
    events_since: String,
    parameters: String,
    vendor_status: Option<String>,
    last_error: Option<String>,
    reconciled_at: Option<i64>,
    mended: Option<String>,
    mended_at: Option<i64>,
    last_delivery_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<RegistrationColumns> for RegistrationRow {
    type Error = StoreError;

    fn try_from(columns: RegistrationColumns) -> Result<Self, StoreError> {
        Ok(Self {
            id: RegistrationId::from_uuid(columns.id),
            workflow_id: WorkflowId::from_uuid(columns.workflow_id),
            trigger_id: TriggerId::new(columns.trigger_id),
            provider: columns.provider,
            hook_id: HookId::new(columns.hook_id),
            shared_hook: columns.shared_hook.map(HookId::new),
            credential: columns.credential.map(CredentialName::new),
            webhook_id: columns.webhook_id,
            signature_key: columns.signature_key,
            state: columns.state.parse().map_err(|_| StoreError::Corrupt { what: "registration state" })?,
            url: columns.url,
            former_urls: json::from_text("registration former URLs", &columns.former_urls)?,
            events: json::from_text("registration events", &columns.events)?,
            events_since: json::from_text("registration events' times", &columns.events_since)?,
            parameters: json::from_text("registration parameters", &columns.parameters)?,
            vendor_status: columns.vendor_status,
            last_error: columns.last_error,
            reconciled_at: columns.reconciled_at.map(Timestamp::from_micros),
            mended: columns
                .mended
                .zip(columns.mended_at)
                .map(|(what, at)| Mended { at: Timestamp::from_micros(at), what }),
            last_delivery_at: columns.last_delivery_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(columns.created_at),
            updated_at: Timestamp::from_micros(columns.updated_at),
        })
    }
}

impl Store {
    /// A workflow's registrations, by trigger.
    pub async fn registrations(&self, workflow: WorkflowId) -> Result<Vec<RegistrationRow>, StoreError> {
        let columns: Vec<RegistrationColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(OF_WORKFLOW).bind(workflow.as_uuid()).fetch_all(pool).await?
        });
        columns.into_iter().map(RegistrationRow::try_from).collect()
    }

    /// Every registration there is, by workflow and trigger: there are as many as triggers.
    pub async fn all_registrations(&self) -> Result<Vec<RegistrationRow>, StoreError> {
        let columns: Vec<RegistrationColumns> =
            on_either!(&self.pools().read, |pool| sqlx::query_as(ALL).fetch_all(pool).await)
                .map_err(|error| self.health().unread(error))?;
        columns.into_iter().map(RegistrationRow::try_from).collect()
    }

    /// The registrations that answer at that URL: several where they share it.
    pub async fn registrations_by_hook(&self, hook: &HookId) -> Result<Vec<RegistrationRow>, StoreError> {
        let columns: Vec<RegistrationColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_HOOK).bind(hook.as_str()).fetch_all(pool).await
        })
        .map_err(|error| self.health().unread(error))?;
        columns.into_iter().map(RegistrationRow::try_from).collect()
    }

    /// The registrations that share a subscription, or would.
    pub async fn shared_registrations(&self) -> Result<Vec<RegistrationRow>, StoreError> {
        let columns: Vec<RegistrationColumns> =
            on_either!(&self.pools().read, |pool| sqlx::query_as(SHARED).fetch_all(pool).await?);
        columns.into_iter().map(RegistrationRow::try_from).collect()
    }
}

impl Tx {
    /// Writes a registration, a new one or over the one of the same id. Its workflow, provider and time of creation
    /// stay what they were.
    pub async fn save_registration(&mut self, row: &RegistrationRow) -> Result<(), RegistrationError> {
        let taken: i64 = on_either!(&mut self.open, |transaction| {
            sqlx::query_scalar(HOOK_TAKEN)
                .bind(row.hook_id.as_str())
                .bind(row.id.as_uuid())
                .fetch_one(&mut **transaction)
                .await?
        });
        if taken > 0 {
            return Err(RegistrationError::HookTaken);
        }
        let (former_urls, events) = (json::to_text(&row.former_urls)?, json::to_text(&row.events)?);
        let (parameters, events_since) = (json::to_text(&row.parameters)?, json::to_text(&row.events_since)?);
        let mended = row.mended.as_ref();
        on_either!(&mut self.open, |transaction| {
            sqlx::query(SAVE)
                .bind(row.id.as_uuid())
                .bind(row.workflow_id.as_uuid())
                .bind(row.trigger_id.as_str())
                .bind(row.provider.as_str())
                .bind(row.hook_id.as_str())
                .bind(row.credential.as_ref().map(CredentialName::as_str))
                .bind(storable_option(row.webhook_id.as_deref()))
                .bind(row.signature_key.as_deref())
                .bind(row.state.as_str())
                .bind(row.url.as_deref())
                .bind(former_urls)
                .bind(events)
                .bind(storable_option(row.vendor_status.as_deref()))
                .bind(storable_option(row.last_error.as_deref()))
                .bind(row.reconciled_at.map(Timestamp::as_micros))
                .bind(mended.map(|mended| mended.what.as_str()))
                .bind(mended.map(|mended| mended.at.as_micros()))
                .bind(row.created_at.as_micros())
                .bind(row.updated_at.as_micros())
                .bind(row.shared_hook.as_ref().map(HookId::as_str))
                .bind(parameters)
                .bind(events_since)
                .execute(&mut **transaction)
                .await?;
        });
        Ok(())
    }

    /// Has a registration that was just made in the place of another count as on since that was.
    pub async fn inherit_active_since(
        &mut self,
        heir: RegistrationId,
        of: RegistrationId,
    ) -> Result<(), StoreError> {
        on_either!(&mut self.open, |transaction| {
            sqlx::query(INHERIT).bind(heir.as_uuid()).bind(of.as_uuid()).execute(&mut **transaction).await?;
        });
        Ok(())
    }

    /// Writes what the vendor has of a shared subscription for one that shares it; nothing where it does not any more.
    pub async fn save_shared(&mut self, row: &RegistrationRow) -> Result<(), StoreError> {
        let former_urls = json::to_text(&row.former_urls)?;
        on_either!(&mut self.open, |transaction| {
            sqlx::query(SAVE_SHARED)
                .bind(storable_option(row.webhook_id.as_deref()))
                .bind(row.signature_key.as_deref())
                .bind(row.url.as_deref())
                .bind(former_urls)
                .bind(storable_option(row.vendor_status.as_deref()))
                .bind(row.id.as_uuid())
                .bind(row.shared_hook.as_ref().map(HookId::as_str))
                .execute(&mut **transaction)
                .await?;
        });
        Ok(())
    }

    /// Notes what a look at the vendor showed of a registration that is on; nothing where it has changed since.
    pub async fn note_registration(&mut self, note: &VendorNote) -> Result<(), StoreError> {
        on_either!(&mut self.open, |transaction| {
            sqlx::query(NOTE)
                .bind(storable_option(note.status.as_deref()))
                .bind(storable_option(note.error.as_deref()))
                .bind(note.reconciled_at.map(Timestamp::as_micros))
                .bind(note.id.as_uuid())
                .bind(note.webhook_id.as_deref())
                .execute(&mut **transaction)
                .await?;
        });
        Ok(())
    }

    /// Deletes a registration; nothing where it is gone already.
    pub async fn delete_registration(&mut self, id: RegistrationId) -> Result<(), StoreError> {
        on_either!(&mut self.open, |transaction| {
            sqlx::query(DELETE).bind(id.as_uuid()).execute(&mut **transaction).await?;
        });
        Ok(())
    }
}
