//! Carrying out at the vendor what was planned for one workflow's registrations.

use bellhop_storage::{Mended, RegistrationRow, VendorNote, WorkflowRow};
use bellhop_workflow::ids::RegistrationId;
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;

use super::missed;
use super::plan::{Action, Standing};
use super::report::{Drift, Found};
use super::tend::{About, told, words};
use crate::catalogue::CLOSE;
use crate::lifecycle::context::Context;
use crate::lifecycle::wanted::{Wanted, wanted};
use crate::lifecycle::{LifecycleError, transition};
use crate::recovery;
use crate::vendor::{NewSubscription, SubscriptionChange, SubscriptionStatus, Told, label_of};

/// In the place of a status of the vendor's where it has nothing that could have one.
pub(in crate::lifecycle) const MISSING: &str = "missing";

/// The workflow that is being put right.
pub(super) struct Mend<'a> {
    workflow: &'a WorkflowRow,
    wanted: Vec<Wanted>,
    standings: Vec<Standing>,
}

impl<'a> Mend<'a> {
    pub(super) fn new(workflow: &'a WorkflowRow, definition: &Workflow, standings: Vec<Standing>) -> Self {
        Self { workflow, wanted: wanted(definition), standings }
    }

    pub(super) fn standings(&self) -> &[Standing] {
        &self.standings
    }

    pub(super) fn row(&self, id: RegistrationId) -> Option<&RegistrationRow> {
        self.standings.iter().map(|standing| &standing.row).find(|row| row.id == id)
    }

    /// The registration, and what its trigger wants.
    fn of(&mut self, id: RegistrationId) -> Option<(&mut RegistrationRow, &Wanted)> {
        let row = self.standings.iter_mut().map(|standing| &mut standing.row).find(|row| row.id == id)?;
        let wanted = self.wanted.iter().find(|wanted| wanted.is_of(row))?;
        Some((row, wanted))
    }
}

impl Context {
    /// Does one thing at the vendor, and tells what came of it. An error is one of our own: the vendor's are told.
    pub(super) async fn carry_out(
        &self,
        mend: &mut Mend<'_>,
        action: Action,
        found: &mut Vec<Found>,
    ) -> Result<(), LifecycleError> {
        let workflow = mend.workflow;
        match action {
            Action::Fine { .. } => {}
            Action::Delete { site, webhook_id, url: _, registration, drift } => {
                let account = self.account(&site).await?;
                let row = registration.and_then(|id| mend.row(id));
                let trigger = row.map(|row| &row.trigger_id);
                let outcome = account.delete(&webhook_id).await;
                let error = outcome.err().map(|error| self.failed_to("delete", "webhook", &error));
                let about = About { trigger, provider: &site.provider, webhook_id: Some(webhook_id) };
                found.push(told(workflow, about, drift, error));
            }
            Action::Change { registration, change, drifts, .. } => {
                let Some((row, wanted)) = mend.of(registration) else { return Ok(()) };
                let missed = self.missed(row, &drifts).await?;
                let outcome = self.change(row, wanted, change, &drifts).await;
                let outcome = self.fetch_missed(row, missed, outcome).await;
                let error = words(self.kept(row, outcome).await);
                for drift in drifts {
                    found.push(told(workflow, About::of(row), drift, error.clone()));
                }
            }
            Action::Create { registration, drift } => {
                let Some((row, wanted)) = mend.of(registration) else { return Ok(()) };
                let missed = self.missed(row, &[drift]).await?;
                let outcome = self.make_anew(row, wanted, drift).await;
                let outcome = self.fetch_missed(row, missed, outcome).await;
                let error = words(self.kept(row, outcome).await);
                found.push(told(workflow, About::of(row), drift, error));
            }
        }
        Ok(())
    }

    /// Notes that a registration is as it should be.
    pub(super) async fn note_fine(
        &self,
        row: Option<&RegistrationRow>,
        status: Option<String>,
    ) -> Result<(), LifecycleError> {
        let Some(row) = row else { return Ok(()) };
        let missed = self.missed(row, &[]).await?;
        self.fetch_missed(row, missed, Ok(())).await?;
        let url = self.hook_url(row.hook());
        if row.url.as_ref() != Some(&url) {
            // It was to have another, which the vendor refused, and is wanted where it is again.
            let mut row = row.clone();
            transition::readdress(&mut row, url);
            self.save(&row).await?;
        }
        let (webhook_id, reconciled_at) = (row.webhook_id.clone(), Some(self.now()));
        let mut tx = self.parts.store.begin().await?;
        tx.note_registration(&VendorNote { id: row.id, webhook_id, status, error: None, reconciled_at })
            .await?;
        Ok(tx.commit().await?)
    }

    /// Changes what the vendor has. Where it has nothing any more, that is made anew.
    async fn change(
        &self,
        row: &mut RegistrationRow,
        wanted: &Wanted,
        change: SubscriptionChange,
        drifts: &[Drift],
    ) -> Result<(), LifecycleError> {
        let (Some(account), Some(id)) = (self.account_of(row).await?, row.webhook_id.clone()) else {
            return Ok(());
        };
        let _share = self.share_locked_for(row).await?;
        let sharers = if row.shared_hook.is_some() { self.sharers(row).await? } else { Vec::new() };
        // Who has come or gone since it was planned counts.
        let events = Self::shared_events(row, wanted.events(), &sharers);
        let url = change.url.clone().or_else(|| row.url.clone()).unwrap_or_default();
        let whole = NewSubscription::new(url, &events, wanted.filters());
        let change = match change.events {
            Some(_) => SubscriptionChange { events: Some(whole.events.clone()), ..change },
            None => change,
        };
        if let Some(url) = &change.url {
            // Written down first: whether the vendor heard of it or not, the subscription is found again.
            transition::readdress(row, url.clone());
            self.save(row).await?;
            self.tell_sharers(row, &sharers).await?;
        }
        if change.status.is_some() {
            row.vendor_status = Some(SubscriptionStatus::Paused.as_str().to_owned());
            self.save(row).await?;
        }
        if drifts.iter().any(|drift| drift.costs_events()) {
            // They find it as it should be, and still have to have fetched what was not delivered.
            let host = RegistrationRow { vendor_status: Some(MISSING.to_owned()), ..row.clone() };
            self.tell_sharers(&host, &sharers).await?;
        }
        let secret = self.secret_of(&account, row)?;
        let told = Told { change: &change, whole: &whole, secret: secret.as_ref() };
        let answer = account.update(&id, &told).await;
        let answer = answer.map_err(|error| self.vendor_error(&row.trigger_id, "update", &error))?;
        let Some(subscription) = answer else {
            return self.make_anew_alone(row, wanted, Drift::Missing).await;
        };
        if let Some(told) = change.events {
            row.events = wanted.events().to_vec();
            self.reconciler.accept(row.id, told, subscription.events);
        }
        row.vendor_status = subscription.status.map(|status| status.as_str().to_owned());
        self.mended(row, drifts);
        Ok(())
    }

    /// Makes a subscription where there is none that can be used. The key of the one before is kept until there is
    /// another.
    async fn make_anew(
        &self,
        row: &mut RegistrationRow,
        wanted: &Wanted,
        drift: Drift,
    ) -> Result<(), LifecycleError> {
        let _share = self.share_locked_for(row).await?;
        self.make_anew_alone(row, wanted, drift).await?;
        if row.shared_hook.is_some() { self.save(row).await } else { Ok(()) }
    }

    /// The same, under the share's lock where it is shared.
    async fn make_anew_alone(
        &self,
        row: &mut RegistrationRow,
        wanted: &Wanted,
        drift: Drift,
    ) -> Result<(), LifecycleError> {
        row.vendor_status = Some(MISSING.to_owned());
        transition::readdress(row, self.hook_url(row.hook()));
        self.save(row).await?;
        if let Some(given) = self.make(row, wanted).await.map_err(|not_made| not_made.error)? {
            transition::keep(row, given, self.now());
        }
        row.events = wanted.events().to_vec();
        self.mended(row, &[drift]);
        Ok(())
    }

    /// From when on events of a registration have to be fetched in which `drifts` are found.
    pub(super) async fn missed(
        &self,
        row: &RegistrationRow,
        drifts: &[Drift],
    ) -> Result<Option<Timestamp>, LifecycleError> {
        if row.provider != CLOSE {
            // Of others no log is known that it could be fetched from.
            return Ok(None);
        }
        let active_since = self.parts.store.active_since(row.id).await?;
        Ok(missed::since(row, active_since, drifts, self.now()))
    }

    /// Has what was missed fetched, once the vendor delivers again. It is written down before the registration is said to
    /// be mended: where that is not written any more, it is found to be broken again.
    pub(super) async fn fetch_missed(
        &self,
        row: &RegistrationRow,
        since: Option<Timestamp>,
        mended: Result<(), LifecycleError>,
    ) -> Result<(), LifecycleError> {
        mended?;
        if let Some(since) = since {
            recovery::request(&self.parts.store, row.id, since, self.now()).await?;
        }
        Ok(())
    }

    fn mended(&self, row: &mut RegistrationRow, drifts: &[Drift]) {
        let at = self.now();
        let vendor = label_of(&row.provider);
        let what: Vec<_> = drifts.iter().map(|drift| drift.words(vendor)).collect();
        row.mended = Some(Mended { at, what: what.join("; ") });
        row.reconciled_at = Some(at);
        row.updated_at = at;
        row.last_error = None;
    }

    /// Writes down what became of a registration; where the vendor would not, its words.
    async fn kept(
        &self,
        row: &mut RegistrationRow,
        outcome: Result<(), LifecycleError>,
    ) -> Result<(), LifecycleError> {
        if let Err(error) = &outcome {
            row.last_error = Some(error.to_string());
        }
        self.save(row).await?;
        outcome
    }
}
