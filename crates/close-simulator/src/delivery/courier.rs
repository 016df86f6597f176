//! Carries deliveries: one task for each copy of an event to a subscription.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use reqwest::{Client, redirect};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{DeliveryAttempt, Shape};
use crate::event::Event;
use crate::hub::Hub;
use crate::sign::{HASH_HEADER, TIMESTAMP_HEADER, sign};
use crate::world::Target;

/// What a forger, who does not know the subscription's key, signs with.
const FORGERS_KEY: &str = "00";

/// How long a shuffled delivery waits for a later one.
const HELD_BACK_AT_MOST: Duration = Duration::from_secs(1);

/// What deliveries are sent with.
pub(crate) struct Courier {
    checking: Client,
    /// For subscriptions that switched `verify_ssl` off.
    trusting: Client,
    slots: Semaphore,
}

/// One copy of one event on its way to one subscription.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) event: Arc<Event>,
    pub(crate) subscription_id: String,
    /// The subscription's queue that it waits in; a pause clears that one and begins another.
    pub(crate) queue: u64,
    pub(crate) copy: u32,
    pub(crate) forged: bool,
    pub(crate) delay: Duration,
    /// The number of the event; a later one has a higher number.
    pub(crate) place: u64,
    /// Waits until a delivery of a later event was attempted.
    pub(crate) overtaken: bool,
    pub(crate) timestamp_offset_seconds: i64,
    pub(crate) shape: Shape,
}

impl Courier {
    pub(crate) fn new(parallel: usize, attempt_timeout: Duration) -> Result<Self, reqwest::Error> {
        // A redirect is an answer that is not 2xx; a proxy would stand between the simulator and a local receiver.
        let client = || {
            Client::builder()
                .timeout(attempt_timeout)
                .redirect(redirect::Policy::none())
                .no_proxy()
                .user_agent("close-simulator")
        };
        Ok(Self {
            checking: client().build()?,
            trusting: client().tls_danger_accept_invalid_certs(true).build()?,
            slots: Semaphore::new(parallel.max(1)),
        })
    }

    /// Sends once; the answer's status, or what went wrong in words.
    async fn send(&self, job: &Job, target: &Target, unix_seconds: i64) -> Result<u16, String> {
        let body = match job.shape {
            Shape::Nested => job.event.nested_body(&job.subscription_id),
            Shape::Flat => job.event.flat_body(&job.subscription_id),
        };
        let body = body.to_string();
        let timestamp = unix_seconds.saturating_add(job.timestamp_offset_seconds).to_string();
        let key = if job.forged { FORGERS_KEY } else { &target.signature_key };
        let hash = sign(key, &timestamp, body.as_bytes()).map_err(|error| error.to_string())?;
        let client = if target.verify_ssl { &self.checking } else { &self.trusting };
        let request = client
            .post(&target.url)
            .header(CONTENT_TYPE, "application/json")
            .header(TIMESTAMP_HEADER, timestamp)
            .header(HASH_HEADER, hash)
            .body(body);
        match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                // Read to its end, so that the connection can be used again.
                answer.bytes().await.ok();
                Ok(status)
            }
            Err(error) => Err(in_words(&error)),
        }
    }
}

/// Delivers until the receiver takes it, the subscription is gone or paused, or the time is up.
pub(crate) async fn deliver(hub: Arc<Hub>, job: Job) {
    if !job.delay.is_zero() {
        tokio::time::sleep(job.delay).await;
    }
    if job.overtaken {
        let overtaking = hub.watch(|world| (world.furthest > job.place).then_some(()));
        // Where nothing overtakes it in time, it goes all the same.
        tokio::time::timeout(HELD_BACK_AT_MOST, overtaking).await.ok();
    }
    let policy = hub.retry_policy();
    let began = Instant::now();
    for attempt in 1.. {
        let Ok(slot) = hub.courier.slots.acquire().await else { break };
        // Asked for at each attempt: an update of the URL holds for what already waits.
        let Some(target) = hub.world().target(&job) else { break };
        let outcome = hub.courier.send(&job, &target, hub.now().as_second()).await;
        drop(slot);

        let succeeded = outcome.as_ref().is_ok_and(|status| (200..300).contains(status));
        let wait = policy.wait_after(attempt);
        let again = !succeeded && !job.forged && began.elapsed() + wait <= policy.give_up;
        hub.record_attempt(
            &job,
            DeliveryAttempt {
                event_id: job.event.id.clone(),
                event_type: format!("{}.{}", job.event.object_type, job.event.action),
                subscription_id: job.subscription_id.clone(),
                url: target.url,
                at: hub.now(),
                attempt,
                copy: job.copy,
                forged: job.forged,
                status: outcome.as_ref().ok().copied(),
                error: outcome.err(),
                retry_in_ms: again.then(|| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            },
        );
        if !again {
            break;
        }
        tokio::time::sleep(wait).await;
    }
    hub.world().leave_queue(&job);
}

fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "the receiver did not answer in time".to_owned()
    } else if error.is_connect() {
        "the receiver could not be reached".to_owned()
    } else {
        "the connection broke before an answer came".to_owned()
    }
}
