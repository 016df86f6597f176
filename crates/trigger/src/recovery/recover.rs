//! One registration, from end to end.

use std::time::Duration;

use bellhop_storage::{RecoveryRow, RegistrationRow, StoreError};
use bellhop_vault::{Credential, Secret};
use bellhop_workflow::ids::{CredentialName, RegistrationId};
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;
use serde_json::{Value, json};

use super::fetch::{Found, fetch};
use super::window::{LATE, Stretch, within_reach};
use super::{Recovery, RecoveryError, Report};
use crate::door::{Door, Fetched};
use crate::envelope::close::time;
use crate::inbound::Again;
use crate::subscriber::Subscriber;

/// How long a node has a recovery for itself without a sign of life.
const CLAIM: Duration = Duration::from_mins(2);

/// How often it gives one.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Close's clock may be so far ahead of this one.
const AHEAD: Duration = Duration::from_mins(5);

/// How often is looked whether another node is done.
const LOOK: Duration = Duration::from_secs(1);

/// How long after a failure it is tried again.
const PAUSE: Duration = Duration::from_mins(1);

impl Recovery {
    /// Fetches what a registration should have been delivered since `since`, and says what came of it. Where that fails
    /// half-way, the report says why, and it is taken up again in a minute. Where another recovery of it is under way,
    /// this becomes a part of that, and is waited for.
    pub async fn recover(
        &self,
        registration: &RegistrationRow,
        since: Timestamp,
    ) -> Result<Report, RecoveryError> {
        self.0.store.request_recovery(registration.id, since, self.0.clock.now()).await?;
        loop {
            if let Some(report) = self.take_up(registration).await? {
                return Ok(report);
            }
            let row = self.0.store.recovery(registration.id).await?.ok_or(RecoveryError::NotActive)?;
            if row.finished_at.is_some() || row.error.is_some() {
                let report: Option<Report> = row.report.and_then(|value| serde_json::from_value(value).ok());
                let report = report.ok_or(RecoveryError::NotActive)?;
                return Ok(Report { error: row.error, ..report });
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Runs a recovery that was asked for, unless another node is at it.
    pub(super) async fn take_up(
        &self,
        registration: &RegistrationRow,
    ) -> Result<Option<Report>, RecoveryError> {
        let store = &self.0.store;
        if !store.claim_recovery(registration.id, CLAIM, self.0.clock.now()).await? {
            return Ok(None);
        }
        let Some(row) = store.recovery(registration.id).await? else { return Ok(None) };
        tokio::select! {
            report = Box::pin(self.carry_out(&row, registration)) => report.map(Some),
            error = self.give_signs_of_life(registration.id) => Err(error.into()),
        }
    }

    /// Keeps the claim. Ends where that fails.
    async fn give_signs_of_life(&self, registration: RegistrationId) -> StoreError {
        loop {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            let until = self.0.clock.now().plus(CLAIM);
            if let Err(error) = self.0.store.extend_recovery(registration, until).await {
                return error;
            }
        }
    }

    async fn carry_out(
        &self,
        row: &RecoveryRow,
        registration: &RegistrationRow,
    ) -> Result<Report, RecoveryError> {
        let store = &self.0.store;
        let subscriber = Subscriber::of(store, registration.clone()).await?.filter(Subscriber::is_on);
        let Some(subscriber) = subscriber.filter(|subscriber| subscriber.close().is_some()) else {
            // What is off must not be let in, and will not be asked for again by itself.
            let report = json!({ "error": RecoveryError::NotActive.to_string() });
            let now = self.0.clock.now();
            store.finish_recovery(registration.id, row.requested_at, &report, now).await?;
            return Err(RecoveryError::NotActive);
        };
        let now = self.0.clock.now();
        let mut report = begin(&subscriber, row, now);
        let done = self.all(&subscriber, &mut report, now).await;
        let now = self.0.clock.now();
        match done {
            Ok(()) => {
                store.finish_recovery(registration.id, row.requested_at, &stored(&report), now).await?;
                tracing::info!(
                    workflow = %report.workflow, since = %report.since, fetched = report.fetched, run = report.run,
                    "missed events have been fetched"
                );
            }
            Err(error) => {
                let words = self.0.redactor.redact(&error.to_string()).into_owned();
                tracing::warn!(workflow = %report.workflow, error = words, "missed events cannot be fetched");
                store.fail_recovery(registration.id, &stored(&report), &words, now.plus(PAUSE)).await?;
                report.error = Some(words);
            }
        }
        Ok(report)
    }

    /// One stretch after the other, the earliest first, each small enough to be held and put in order. The report says
    /// after each how far that is.
    async fn all(
        &self,
        subscriber: &Subscriber,
        report: &mut Report,
        now: Timestamp,
    ) -> Result<(), RecoveryError> {
        let pairs = subscriber.close().map(|close| close.events.clone()).unwrap_or_default();
        let credential = subscriber.registration.credential.as_ref().ok_or(RecoveryError::NotActive)?;
        let key = self.api_key(credential).await?;
        let mut left = vec![Stretch { since: report.until, until: now.max(report.until).plus(AHEAD) }];
        while let Some(stretch) = left.pop() {
            match fetch(&self.0.close, &key, &pairs, stretch).await.map_err(RecoveryError::Close)? {
                Found::All(events) => {
                    self.let_in(subscriber, &events, report).await?;
                    report.until = stretch.until.min(now.max(report.until));
                    self.0.store.advance_recovery(subscriber.registration.id, &stored(report)).await?;
                }
                Found::TooMuch => {
                    let halves = stretch.halves().into_iter();
                    left.extend(halves.flat_map(|(earlier, later)| [later, earlier]));
                }
            }
        }
        Ok(())
    }

    async fn let_in(
        &self,
        subscriber: &Subscriber,
        events: &[Value],
        report: &mut Report,
    ) -> Result<(), RecoveryError> {
        let (Some(trigger), Some(close)) = (subscriber.trigger(), subscriber.close()) else { return Ok(()) };
        let (headers, now) = (HeaderMap::new(), self.0.clock.now());
        let door = Door {
            store: &self.0.store,
            key: &self.0.key,
            redactor: &self.0.redactor,
            forgotten_until: self.0.store.forgotten_until(subscriber.workflow.id).await?,
        };
        for event in events {
            report.fetched += 1;
            if event["data"].is_null() && event["previous_data"].is_null() {
                report.without_data += 1;
                continue;
            }
            // Close would not have delivered it.
            if !close.subscribes_to(event) || was_not_asked_for(&subscriber.registration, event) {
                report.filtered += 1;
                continue;
            }
            let body = json!({ "event": event, "subscription_id": subscriber.registration.webhook_id });
            let body = body.to_string();
            let again = Again {
                row: &subscriber.workflow,
                workflow: &subscriber.parsed,
                trigger,
                headers: &headers,
                body: body.as_bytes(),
                received_at: event["date_updated"].as_str().and_then(time).unwrap_or(now),
            };
            let hook = subscriber.registration.hook();
            let admitted = door.admit(&again, hook, Fetched::FromLog, self.0.clock.now()).await?;
            report.count(admitted);
        }
        Ok(())
    }

    async fn api_key(&self, name: &CredentialName) -> Result<Secret, RecoveryError> {
        match self.0.credentials.resolve(name).await? {
            Credential::Close { api_key } => Ok(api_key),
            _ => Err(RecoveryError::CredentialKind(name.clone())),
        }
    }
}

/// Whether it happened before the registration was asked for such events: a later version of the workflow named them.
fn was_not_asked_for(registration: &RegistrationRow, event: &Value) -> bool {
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let since = registration.events_since.get(&format!("{}.{}", text("object_type"), text("action")));
    let happened = time(text("date_updated"));
    since.is_some_and(|since| happened.is_some_and(|happened| happened < *since))
}

fn stored(report: &Report) -> Value {
    serde_json::to_value(report).unwrap_or_default()
}

/// The report of a recovery that nothing was done of, or what was done by those who did not bring it to its end. `until`
/// is how far that is.
fn begin(subscriber: &Subscriber, row: &RecoveryRow, now: Timestamp) -> Report {
    let (stretch, too_old) = within_reach(row.since, now);
    let before: Option<Report> =
        row.report.as_ref().and_then(|report| serde_json::from_value(report.clone()).ok());
    if let Some(before) = before {
        let goes_on = before.since <= stretch.since;
        let until = if goes_on { before.until.minus(LATE).max(before.since) } else { stretch.since };
        let (since, too_old) =
            if goes_on { (before.since, before.too_old) } else { (stretch.since, too_old) };
        return Report { since, until, too_old, error: None, ..before };
    }
    Report {
        registration_id: subscriber.registration.id,
        workflow: subscriber.workflow.name.clone(),
        trigger: subscriber.registration.trigger_id.clone(),
        since: stretch.since,
        until: stretch.since,
        too_old,
        fetched: 0,
        run: 0,
        duplicates: 0,
        filtered: 0,
        awaited: 0,
        forgotten: 0,
        without_data: 0,
        unreadable: 0,
        error: None,
    }
}
