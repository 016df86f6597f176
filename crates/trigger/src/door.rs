//! Letting in what Bellhop has fetched from Close itself: by the same judgement, with the same keys for duplicates and
//! into the same log as what Close delivers.

use bellhop_storage::{ConcealError, Intake, NewDelivery, Outcome, Recorded, Store, StoreError};
use bellhop_vault::{MasterKey, Redactor};
use bellhop_workflow::ids::{DeliveryId, ExecutionId, HookId};
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;

use crate::inbound::{AWAITED, AcceptedEvent, Again, Starts, Verdict, recover, start};
use crate::publication;

/// How an event came to be fetched, as the deliveries log says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// From the event log.
    FromLog,
    /// By looking at a draft until it was published.
    ByLooking,
}

impl Fetched {
    const fn as_str(self) -> &'static str {
        match self {
            Self::FromLog => "recovered from Close's event log",
            Self::ByLooking => "found published by looking at the draft",
        }
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// It starts an execution.
    Run,
    /// It has started one before.
    Duplicate,
    /// The trigger's `where`, or what it means, lets it start nothing.
    Filtered,
    /// It tells of a draft, which is looked at from now on.
    Awaited,
    /// Whether it has started one before cannot be told any more.
    Forgotten,
    /// It is no event that can be read.
    Unreadable,
}

/// Why an event could not be let in.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What its workflow masks must not be stored as it is.
    #[error(transparent)]
    Conceal(#[from] ConcealError),
}

/// Where events are let in.
pub(crate) struct Door<'a> {
    pub(crate) store: &'a Store,
    pub(crate) key: &'a MasterKey,
    pub(crate) redactor: &'a Redactor,
    /// Up to when the history says nothing any more.
    pub(crate) forgotten_until: Option<Timestamp>,
}

impl Door<'_> {
    /// Lets an event in that is for `hook`. Of one that has started an execution before nothing is written: whoever
    /// fetches the same stretch again would else fill the log with it.
    pub(crate) async fn admit(
        &self,
        again: &Again<'_>,
        hook: &HookId,
        how: Fetched,
        now: Timestamp,
    ) -> Result<Admitted, DoorError> {
        let workflow = again.row.id;
        let id = DeliveryId::generate(now);
        let delivery = NewDelivery {
            id,
            hook_id: hook.clone(),
            workflow_id: Some(workflow),
            outcome: Outcome::Filtered,
            reason: Some(how.as_str().to_owned()),
            event_id: None,
            event_type: None,
            received_at: now,
            size: again.body.len() as u64,
            headers: Vec::new(),
            body: Bytes::new(),
        };
        match recover(again, now) {
            // Who asks whether the address answers is no event.
            Verdict::Rejected(_) | Verdict::Challenged { .. } | Verdict::Unasked { .. } => {
                Ok(Admitted::Unreadable)
            }
            Verdict::Awaited { event_id, event_type, draft } => {
                let trigger = &again.trigger.id;
                publication::note(self.store, workflow, trigger, hook, &draft, now).await?;
                let reason = Some(format!("{}: {AWAITED}", how.as_str()));
                self.log(NewDelivery { event_id, event_type: Some(event_type), reason, ..delivery }).await?;
                Ok(Admitted::Awaited)
            }
            Verdict::Filtered { event_id, event_type, reason } => {
                let reason = format!("{}: {reason}", how.as_str());
                let reason = Some(self.redactor.redact(&reason).into_owned());
                // A body that may hold what is to be masked is not kept.
                let body = if again.workflow.mask.is_empty() {
                    Bytes::copy_from_slice(again.body)
                } else {
                    Bytes::new()
                };
                let event_type = Some(event_type);
                self.log(NewDelivery { event_id, event_type, reason, body, ..delivery }).await?;
                Ok(Admitted::Filtered)
            }
            Verdict::Accepted(event) => self.start(again, *event, delivery, now).await,
        }
    }

    async fn log(&self, delivery: NewDelivery) -> Result<(), StoreError> {
        self.store.record(Intake { parsed: None, delivery: Some(delivery), execution: None }).await.map(drop)
    }

    async fn start(
        &self,
        again: &Again<'_>,
        mut event: AcceptedEvent,
        delivery: NewDelivery,
        now: Timestamp,
    ) -> Result<Admitted, DoorError> {
        let workflow = again.row.id;
        publication::give_key(self.store, workflow, &again.trigger.id, &mut event).await?;
        if let Some(key) = &event.dedup_key
            && self.store.has_run(workflow, key).await?
        {
            return Ok(Admitted::Duplicate);
        }
        if self.forgotten_until.is_some_and(|until| again.received_at <= until) {
            return Ok(Admitted::Forgotten);
        }
        let starts = Starts {
            id: ExecutionId::generate(now),
            workflow,
            version: again.row.version,
            trigger: &again.trigger.id,
            kind: again.trigger.kind.as_str(),
        };
        let intake = start(event, &starts, delivery, Bytes::copy_from_slice(again.body), self.key)?;
        Ok(match self.store.record(intake).await? {
            Recorded::Accepted(_) | Recorded::Stored => Admitted::Run,
            Recorded::Duplicate => Admitted::Duplicate,
        })
    }
}
