//! Everything that the simulator remembers, behind one lock in the [hub](crate::hub). Nothing here waits or does I/O.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::api::Meters;
use crate::delivery::{Attempts, DeliveryAttempt, Job};
use crate::dice::Dice;
use crate::event::{Composed, EmitError, Event, EventDraft, EventLog, Occurrence, compose};
use crate::faults::Faults;
use crate::objects::{Kind, Objects};
use crate::organization::Organization;
use crate::sink::Sinks;
use crate::subscription::{Subscription, SubscriptionStatus, Subscriptions};

/// At so many waiting deliveries Close pauses a subscription and clears its queue.
const BACKLOG_LIMIT: usize = 100_000;

/// Everything that the simulator remembers.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) organization: Arc<Organization>,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) objects: Objects,
    pub(crate) log: EventLog,
    pub(crate) attempts: Attempts,
    pub(crate) faults: Faults,
    pub(crate) sinks: Sinks,
    pub(crate) meters: Meters,
    /// Ends the deliveries that are under way; a reset cancels it and begins another.
    pub(crate) epoch: CancellationToken,
    /// The number of the latest event of which a delivery was attempted.
    pub(crate) furthest: u64,
    /// How many events were delivered or are being.
    dispatched: u64,
}

/// Where an attempt goes.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) verify_ssl: bool,
    pub(crate) signature_key: String,
}

impl World {
    pub(crate) fn new(dice: Dice, organization: Arc<Organization>, epoch: CancellationToken) -> Self {
        Self {
            dice,
            organization,
            subscriptions: Subscriptions::default(),
            objects: Objects::default(),
            log: EventLog::default(),
            attempts: Attempts::default(),
            faults: Faults::default(),
            sinks: Sinks::default(),
            meters: Meters::default(),
            epoch,
            furthest: 0,
            dispatched: 0,
        }
    }

    /// Makes up the event of a draft, stores the objects that it speaks of, and lets it happen.
    pub(crate) fn emit(
        &mut self,
        draft: &EventDraft,
        now: Timestamp,
    ) -> Result<(Arc<Event>, Vec<Job>), EmitError> {
        let organization = Arc::clone(&self.organization);
        let Composed { occurrence, object, new_lead } =
            compose(draft, &organization, &mut self.dice, &self.objects, now)?;
        if let Some(lead) = new_lead {
            self.objects.put(Kind::Lead, lead);
        }
        if let Some(kind) = Kind::of(&occurrence.object_type) {
            if occurrence.action == "deleted" {
                self.objects.remove(kind, &occurrence.object_id);
            } else {
                self.objects.put(kind, object);
            }
        }
        Ok(self.happen(occurrence, now))
    }

    /// Logs what happened; the deliveries of it are the caller's to start.
    pub(crate) fn happen(&mut self, occurrence: Occurrence, now: Timestamp) -> (Arc<Event>, Vec<Job>) {
        let id = occurrence.event_id.clone().unwrap_or_else(|| self.dice.short_id("ev"));
        let options = occurrence.delivery.clone();
        let mut event = Event::happened(occurrence, id, &self.organization.id, now);
        if let Some(earlier) = self.log.get(&event.id) {
            let after_it = earlier.date_updated.saturating_add(SignedDuration::from_micros(1)).unwrap_or(now);
            event.date_created = earlier.date_created;
            event.date_updated = now.max(after_it);
        }
        let event = Arc::new(event);
        self.log.push(Arc::clone(&event));

        let faults = self.faults.delivery;
        let copies = if faults.duplicate { options.copies.max(2) } else { options.copies };
        let value = event.to_value();
        let mut jobs = Vec::new();
        self.dispatched += u64::from(self.subscriptions.all().iter().any(|it| it.wants(&event, &value)));
        for place in 0..self.subscriptions.all().len() {
            let subscription = &self.subscriptions.all()[place];
            if !subscription.wants(&event, &value) {
                continue;
            }
            let (subscription_id, queue) = (subscription.id.clone(), subscription.queue);
            for copy in 1..=copies {
                jobs.push(Job {
                    event: Arc::clone(&event),
                    subscription_id: subscription_id.clone(),
                    queue,
                    copy,
                    forged: options.forged || faults.forge,
                    delay: Duration::from_millis(options.delay_ms.saturating_add(faults.delay_ms)),
                    place: self.dispatched,
                    overtaken: faults.shuffle && self.dispatched % 2 == 1,
                    timestamp_offset_seconds: options.timestamp_offset_seconds,
                    shape: options.shape,
                });
            }
        }
        jobs.retain(|job| self.enter_queue(job));
        (event, jobs)
    }

    fn enter_queue(&mut self, job: &Job) -> bool {
        let Some(subscription) = self.in_queue(job) else { return false };
        subscription.backlog += 1;
        if subscription.backlog > BACKLOG_LIMIT {
            subscription.pause();
            return false;
        }
        true
    }

    /// A delivery came to its end.
    pub(crate) fn leave_queue(&mut self, job: &Job) {
        if let Some(subscription) = self.in_queue(job) {
            subscription.backlog = subscription.backlog.saturating_sub(1);
        }
    }

    /// Where the delivery goes now; `None` where its queue was cleared or the subscription is gone.
    pub(crate) fn target(&mut self, job: &Job) -> Option<Target> {
        let subscription = self.in_queue(job)?;
        Some(Target {
            url: subscription.url.clone(),
            verify_ssl: subscription.verify_ssl,
            signature_key: subscription.signature_key.clone(),
        })
    }

    /// Records an attempt, and pauses the subscription where all of them failed for `patience`.
    pub(crate) fn record_attempt(&mut self, job: &Job, attempt: DeliveryAttempt, patience: Duration) {
        if let Some(subscription) = self.in_queue(job).filter(|_| !attempt.forged) {
            if attempt.succeeded() {
                subscription.failing_since = None;
            } else {
                let since = *subscription.failing_since.get_or_insert(attempt.at);
                let patience = SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX);
                if attempt.at.duration_since(since) >= patience {
                    subscription.pause();
                }
            }
        }
        self.furthest = self.furthest.max(job.place);
        self.attempts.push(attempt);
    }

    fn in_queue(&mut self, job: &Job) -> Option<&mut Subscription> {
        self.subscriptions.get_mut(&job.subscription_id).filter(|subscription| {
            subscription.queue == job.queue && subscription.status == SubscriptionStatus::Active
        })
    }
}
