//! Putting one workflow right, with nobody else at work on it.

use bellhop_storage::{Action as Deed, Author, RegistrationRow, WorkflowRow};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{TriggerId, WorkflowId};
use bellhop_workflow::model::{EventPair, Workflow};
use serde_json::Value;

use super::look::Look;
use super::mend::Mend;
use super::plan::{Action, Standing, Target, plan};
use super::report::{Drift, Found};
use crate::catalogue::CLOSE;
use crate::lifecycle::context::Context;
use crate::lifecycle::plan::{Matched, matched};
use crate::lifecycle::register::Failed;
use crate::lifecycle::wanted::{Source, Wanted, wanted};
use crate::lifecycle::{LifecycleError, transition};
use crate::vendor::{NewSubscription, Site, label_of};

/// How a workflow's registrations stand.
#[derive(Debug, Default)]
pub(super) struct Standings {
    /// Those that are on or off, with what should be at the vendor.
    pub(super) settled: Vec<Standing>,
    /// Those that something was begun with: nobody is at work on them any more, and they are to go.
    pub(super) unfinished: Vec<RegistrationRow>,
    /// What a trigger of an active workflow wants and has no registration for.
    pub(super) unregistered: Vec<Wanted>,
}

impl Context {
    /// How the registrations of a workflow that is on or off stand. `definition` is its present version; `shared` are the
    /// registrations of all workflows that share a subscription.
    pub(super) fn standings(
        &self,
        workflow: &WorkflowRow,
        definition: &Workflow,
        rows: Vec<RegistrationRow>,
        shared: &[RegistrationRow],
        look: &Look,
    ) -> Standings {
        let is_on = workflow.state == ActivationState::Active;
        let wanted = if is_on { wanted(definition) } else { Vec::new() };
        let Matched { pairs, unwanted } = matched(wanted, rows);
        let mut standings = Standings::default();
        for (wanted, row) in pairs {
            // A webhook's are here only, and never half done.
            let Source::Vendor { events, filters, .. } = &wanted.source else { continue };
            match row {
                Some(row) if row.state == ActivationState::Active => {
                    let target = self.target(&row, events, filters.as_ref(), shared);
                    let asked = look.has_of(&row);
                    standings.settled.push(Standing { row, wanted: Some(target), asked });
                }
                row => {
                    standings.unfinished.extend(row);
                    standings.unregistered.push(wanted);
                }
            }
        }
        for row in unwanted {
            // An update that was refused may have been cut short before it forgot what it had begun.
            if row.state == ActivationState::Inactive && !is_on {
                standings.settled.push(Standing { row, wanted: None, asked: true });
            } else {
                standings.unfinished.push(row);
            }
        }
        standings
    }

    /// What should be at the vendor.
    fn target(
        &self,
        row: &RegistrationRow,
        events: &[EventPair],
        filters: Option<&Value>,
        shared: &[RegistrationRow],
    ) -> Target {
        let union = row.shared_hook.as_ref().map(|_| Self::shared_events(row, events, shared));
        let events = union.as_deref().unwrap_or(events);
        let NewSubscription { url, events } =
            NewSubscription::new(self.hook_url(row.hook()), events, filters);
        let accepted = self.reconciler.accepted(row.id, &events);
        Target { url, events, accepted }
    }

    /// Looks at one workflow again, and puts right what differs, at the sites of `usable`, whose vendors answer.
    pub(super) async fn tend(
        &self,
        id: WorkflowId,
        usable: &[Site],
        found: &mut Vec<Found>,
    ) -> Result<(), LifecycleError> {
        let (_alone, mut workflow) = match self.locked_by_id(id).await {
            Ok(locked) => locked,
            Err(LifecycleError::NotFound) => return Ok(()),
            Err(error) => return Err(error),
        };
        let before = workflow.state;
        let (deed, outcome) = match before {
            ActivationState::Active | ActivationState::Inactive => {
                let mended = self.put_right(&workflow, usable, found).await;
                // Whatever became of it, what is in memory has to be what is stored.
                self.refresh_or_close(id).await;
                return mended;
            }
            ActivationState::Deactivating => (Deed::Deactivate, self.switch_off(&mut workflow).await),
            ActivationState::Activating | ActivationState::Error => {
                (Deed::Activate, self.switch_on_from_anywhere(&mut workflow).await)
            }
        };
        self.note_switched(Author::system(), deed, &workflow, before).await;
        let about = About { trigger: None, provider: CLOSE, webhook_id: None };
        found.push(told(&workflow, about, Drift::BrokenOff, words(outcome)));
        Ok(())
    }

    async fn put_right(
        &self,
        workflow: &WorkflowRow,
        usable: &[Site],
        found: &mut Vec<Found>,
    ) -> Result<(), LifecycleError> {
        let definition = self.parsed(workflow).await?;
        let look = self.look(usable).await;
        let rows = self.parts.store.registrations(workflow.id).await?;
        let shared = self.parts.store.shared_registrations().await?;
        let Standings { settled, unfinished, unregistered } =
            self.standings(workflow, &definition, rows, &shared, &look);
        for mut row in unfinished {
            if row.credential.is_none() || look.has_of(&row) {
                let outcome = self.finish(workflow, &mut row).await;
                let about = About { webhook_id: None, ..About::of(&row) };
                found.push(told(workflow, about, Drift::Pending, words(outcome)));
            }
        }
        let mut mend = Mend::new(workflow, &definition, settled);
        for action in plan(mend.standings(), &look.listed, |_| false) {
            if let Action::Fine { registration, status } = action {
                self.note_fine(mend.row(registration), status).await?;
            } else {
                self.carry_out(&mut mend, action, found).await?;
            }
        }
        for wanted in unregistered {
            if look.has(wanted.site()) {
                let (trigger, provider) = (wanted.trigger.clone(), wanted.provider().to_owned());
                let outcome = self.register_missing(workflow, wanted).await;
                let about = About { trigger: Some(&trigger), provider: &provider, webhook_id: None };
                found.push(told(workflow, about, Drift::Missing, words(outcome)));
            }
        }
        Ok(())
    }

    /// Brings what was begun with a registration to its end. An active workflow has no use for it any more.
    async fn finish(&self, workflow: &WorkflowRow, row: &mut RegistrationRow) -> Result<(), LifecycleError> {
        if row.state == ActivationState::Inactive {
            self.take_down(row).await?;
        } else {
            self.dispose(row).await?;
        }
        if workflow.state == ActivationState::Active { self.forget(row).await } else { Ok(()) }
    }

    async fn register_missing(&self, workflow: &WorkflowRow, wanted: Wanted) -> Result<(), LifecycleError> {
        let (wanted, row) = self.begin(workflow.id, wanted, None)?;
        self.save(&row).await?;
        let mut made = match self.make_all(vec![(wanted, row)]).await {
            Ok(made) => made,
            Err(Failed { error, rows, .. }) => {
                self.forget_inactive(&rows).await;
                return Err(error);
            }
        };
        for row in &mut made {
            transition::confirm(row, self.now())?;
            self.save(row).await?;
        }
        Ok(())
    }
}

/// Why something was not put right, for a person.
pub(super) fn words(outcome: Result<(), LifecycleError>) -> Option<String> {
    outcome.err().map(|error| error.to_string())
}

/// What something that was found is about.
#[derive(Debug, Clone)]
pub(super) struct About<'a> {
    /// The trigger that it is for.
    pub(super) trigger: Option<&'a TriggerId>,
    /// The vendor.
    pub(super) provider: &'a str,
    /// The vendor's id for it.
    pub(super) webhook_id: Option<String>,
}

impl<'a> About<'a> {
    pub(super) fn of(row: &'a RegistrationRow) -> Self {
        Self { trigger: Some(&row.trigger_id), provider: &row.provider, webhook_id: row.webhook_id.clone() }
    }
}

/// What is told of something that was found, and of what came of it.
pub(super) fn told(workflow: &WorkflowRow, about: About<'_>, drift: Drift, error: Option<String>) -> Found {
    let (name, what) = (&workflow.name, drift.words(label_of(about.provider)));
    let (trigger, webhook_id) = (about.trigger.cloned(), about.webhook_id);
    match &error {
        None => tracing::info!(workflow = %name, ?trigger, webhook_id, what, "put right"),
        Some(error) => {
            tracing::warn!(workflow = %name, ?trigger, webhook_id, what, error, "not put right yet");
        }
    }
    Found { workflow: Some(name.clone()), trigger, webhook_id, drift, mended: error.is_none(), what, error }
}
