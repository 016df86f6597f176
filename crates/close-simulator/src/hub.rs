//! What all handlers and deliveries share: the world behind its lock, and the means to deliver.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::SimulatorConfig;
use crate::delivery::{Courier, DeliveryAttempt, Job, RetryPolicy, deliver};
use crate::dice::Dice;
use crate::event::{EmitError, Event, EventDraft, Occurrence};
use crate::organization::Organization;
use crate::simulator::StartError;
use crate::world::World;

/// What all handlers and deliveries share.
pub(crate) struct Hub {
    pub(crate) config: SimulatorConfig,
    pub(crate) courier: Courier,
    world: Mutex<World>,
    /// Counts what tests wait for: attempts to deliver and requests to sinks.
    happenings: watch::Sender<u64>,
    deliveries: TaskTracker,
    stop: CancellationToken,
}

impl Hub {
    pub(crate) fn new(
        config: SimulatorConfig,
        deliveries: TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, StartError> {
        let courier =
            Courier::new(config.parallel_deliveries, config.attempt_timeout).map_err(StartError::Client)?;
        let mut dice = match config.seed {
            Some(seed) => Dice::from_seed(seed),
            None => Dice::from_machine().map_err(StartError::Randomness)?,
        };
        let organization = Arc::new(Organization::found(&config.api_keys, &mut dice));
        let world = Mutex::new(World::new(dice, organization, stop.child_token()));
        Ok(Self { config, courier, world, happenings: watch::Sender::new(0), deliveries, stop })
    }

    /// The world. Hold it for a moment only, and never while waiting.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    /// The waits between attempts, as fast as the configuration wants them.
    pub(crate) fn retry_policy(&self) -> RetryPolicy {
        self.config.retry.faster(self.config.time_scale)
    }

    /// Emits an event and starts its deliveries.
    pub(crate) fn emit(self: &Arc<Self>, draft: &EventDraft) -> Result<Arc<Event>, EmitError> {
        let now = self.now();
        let (event, jobs) = self.world().emit(draft, now)?;
        self.dispatch(jobs);
        Ok(event)
    }

    /// Lets something happen that the API was asked for, and starts its deliveries.
    pub(crate) fn happen(self: &Arc<Self>, occurrences: Vec<Occurrence>) {
        if !self.config.events_from_writes {
            return;
        }
        let now = self.now();
        for occurrence in occurrences {
            let (_, jobs) = self.world().happen(occurrence, now);
            self.dispatch(jobs);
        }
    }

    fn dispatch(self: &Arc<Self>, jobs: Vec<Job>) {
        let epoch = self.world().epoch.clone();
        for job in jobs {
            let delivery = deliver(Arc::clone(self), job);
            let epoch = epoch.clone();
            self.deliveries.spawn(async move { epoch.run_until_cancelled(delivery).await });
        }
    }

    pub(crate) fn record_attempt(&self, job: &Job, attempt: DeliveryAttempt) {
        tracing::debug!(
            event = attempt.event_type,
            url = attempt.url,
            attempt = attempt.attempt,
            status = attempt.status,
            error = attempt.error,
            "delivery attempt"
        );
        let patience = self.retry_policy().give_up;
        self.world().record_attempt(job, attempt, patience);
        self.notice();
    }

    /// Wakes those who wait for something to happen.
    pub(crate) fn notice(&self) {
        self.happenings.send_modify(|count| *count += 1);
    }

    /// Looks at the world now and after each happening, until `look` finds what it wants.
    pub(crate) async fn watch<T>(&self, look: impl Fn(&mut World) -> Option<T>) -> T {
        let mut happenings = self.happenings.subscribe();
        loop {
            happenings.mark_unchanged();
            if let Some(found) = look(&mut self.world()) {
                return found;
            }
            if happenings.changed().await.is_err() {
                // The sender is in `self`, so it cannot be gone.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Forgets everything but the organization and its keys, and ends all deliveries.
    pub(crate) fn reset(&self) {
        let mut world = self.world();
        world.epoch.cancel();
        let dice = world.dice.split();
        *world = World::new(dice, Arc::clone(&world.organization), self.stop.child_token());
    }
}
