//! A look at everything.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use bellhop_storage::{RegistrationRow, VendorNote, WorkflowRow};
use bellhop_vault::CredentialKind;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{HookId, WorkflowId};
use bellhop_workflow::time::Timestamp;

use super::look::Look;
use super::missed;
use super::pace::{PERIOD, Paces};
use super::plan::{Action, Standing, plan};
use super::report::{Asked, Drift, Found, Report};
use crate::lifecycle::LifecycleError;
use crate::lifecycle::context::Context;
use crate::lifecycle::wanted::is_generated;
use crate::vendor::Site;

/// In the place of the vendor's status while it cannot be asked.
const UNKNOWN: &str = "unknown";

/// What a reconciliation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lifecycle) enum Scope {
    /// Everything, now.
    All,
    /// What is due: not what failed a moment ago, nor what another node has just looked at.
    Due,
}

/// What the survey showed.
#[derive(Debug, Default)]
struct Surveyed {
    /// Workflows that have to be tended.
    suspects: BTreeSet<WorkflowId>,
    /// Subscriptions at URLs of ours that no registration has.
    orphans: Vec<(Site, String, String)>,
    /// What is known now of registrations that are as they should be, or that could not be asked for.
    notes: Vec<VendorNote>,
}

impl Context {
    /// [`Context::compare`], counted.
    pub(in crate::lifecycle) async fn reconcile(
        &self,
        scope: Scope,
    ) -> Result<Option<Report>, LifecycleError> {
        let compared = self.compare(scope).await;
        match &compared {
            Ok(Some(report)) => self.reconciler.meters.done(report),
            Ok(None) => {}
            Err(_) => self.reconciler.meters.failed(),
        }
        compared
    }

    /// Compares everything with what the vendors list, and puts right what differs. None where there was nothing to be
    /// done yet, or where another node is at it.
    async fn compare(&self, scope: Scope) -> Result<Option<Report>, LifecycleError> {
        let mut paces = self.reconciler.paces.lock().await;
        let _hold = match scope {
            Scope::All => self.held("reconciler").await?,
            Scope::Due => match self.holds.try_take("reconciler").await? {
                Some(hold) => hold,
                None => return Ok(None),
            },
        };
        let started_at = self.now();
        let sites = self.sites_to_ask(scope, &mut paces, started_at).await?;
        if scope == Scope::Due && sites.is_empty() {
            return Ok(None);
        }
        let look = self.look(&sites).await;
        // Read after the vendor was asked: what it shows was written down here before, and is not taken for an orphan.
        let rows = self.parts.store.all_registrations().await?;
        let registrations = rows.iter().filter(|row| look.has_of(row)).count();
        let surveyed = self.survey(rows, &look).await?;
        self.note(&surveyed.notes).await?;

        let mut found = Vec::new();
        let usable = look.answered();
        for (site, webhook_id, url) in surveyed.orphans {
            found.push(self.delete_orphan(&site, webhook_id, &url).await?);
        }
        let mut busy = false;
        for suspect in surveyed.suspects {
            if self.reconciler.ending.is_cancelled() {
                break;
            }
            if let Err(error) = self.tend(suspect, &usable, &mut found).await {
                // One that cannot be put right must not keep the others from it.
                let error: &dyn std::error::Error = &error;
                tracing::warn!(workflow = %suspect, error, "registrations not reconciled, will try again");
                busy = true;
            }
        }
        let failed = busy || found.iter().any(|found| !found.mended);
        let credentials = self.asked(&look, &mut paces, failed);
        Ok(Some(Report { started_at, finished_at: self.now(), registrations, credentials, found }))
    }

    /// How long to wait for the next.
    pub(in crate::lifecycle) async fn until_next_reconciliation(&self) -> Duration {
        self.reconciler.paces.lock().await.wait(self.now(), random())
    }

    /// Every site: those where registrations are, and whatever the other API keys of Close show, where something of a
    /// workflow that is gone may be left.
    async fn sites_to_ask(
        &self,
        scope: Scope,
        paces: &mut Paces,
        now: Timestamp,
    ) -> Result<Vec<Site>, LifecycleError> {
        let rows = self.parts.store.all_registrations().await?;
        let in_use = rows.iter().filter(|row| row.state != ActivationState::Inactive);
        let mut sites: BTreeSet<_> = in_use.filter_map(Site::of).collect();
        let all = self.parts.credentials.list().await?.into_iter();
        sites.extend(all.filter(|it| it.kind == CredentialKind::Close).map(|it| Site::close(it.name)));
        paces.keep_only(&sites);
        let is_due =
            |site: &Site| paces.is_due(site, now) && (paces.has_failed(site) || !is_fresh(site, &rows, now));
        sites.retain(|site| scope == Scope::All || is_due(site));
        Ok(sites.into_iter().collect())
    }

    async fn survey(&self, rows: Vec<RegistrationRow>, look: &Look) -> Result<Surveyed, LifecycleError> {
        let mut surveyed = Surveyed::default();
        let hooks: HashSet<HookId> = rows.iter().map(|row| row.hook().clone()).collect();
        let shared: Vec<_> = rows.iter().filter(|row| row.shared_hook.is_some()).cloned().collect();
        for row in rows.iter().filter(|row| row.state == ActivationState::Active) {
            let answer = Site::of(row).and_then(|site| look.answers.get(&site));
            if let Some(Err(not_listed)) = answer {
                surveyed.notes.push(note(row, Some(UNKNOWN), Some(not_listed.words.clone()), None));
            }
        }
        let mut by_workflow: HashMap<WorkflowId, Vec<RegistrationRow>> = HashMap::new();
        for workflow in self.parts.store.unsettled_workflows().await? {
            by_workflow.insert(workflow, Vec::new());
        }
        for row in rows {
            by_workflow.entry(row.workflow_id).or_default().push(row);
        }
        let mut settled = Vec::new();
        for (id, rows) in by_workflow {
            let Some(workflow) = self.parts.store.workflow_by_id(id).await? else { continue };
            if let Some(standings) = self.survey_one(&workflow, rows, &shared, look, &mut surveyed).await {
                settled.extend(standings);
            }
        }
        let is_orphan = |url: &str| self.hook_at_url(url).is_some_and(|hook| !hooks.contains(&hook));
        surveyed.sort(plan(&settled, &look.listed, is_orphan), &settled, self.now());
        Ok(surveyed)
    }

    /// The settled registrations of one workflow. What is to be tended is noted as a suspect, where its vendors answer.
    async fn survey_one(
        &self,
        workflow: &WorkflowRow,
        rows: Vec<RegistrationRow>,
        shared: &[RegistrationRow],
        look: &Look,
        surveyed: &mut Surveyed,
    ) -> Option<Vec<Standing>> {
        let answers = |row: &RegistrationRow| row.credential.is_none() || look.has_of(row);
        if !matches!(workflow.state, ActivationState::Active | ActivationState::Inactive) {
            let begun = rows.iter().filter(|row| row.state != ActivationState::Inactive);
            if begun.into_iter().all(answers) {
                surveyed.suspects.insert(workflow.id);
            }
            return None;
        }
        let definition = self
            .parsed(workflow)
            .await
            .inspect_err(|error| {
                tracing::error!(workflow = %workflow.name, %error, "its registrations are not looked after");
            })
            .ok()?;
        let standings = self.standings(workflow, &definition, rows, shared, look);
        if standings.unfinished.iter().any(answers) || !standings.unregistered.is_empty() {
            surveyed.suspects.insert(workflow.id);
        }
        Some(standings.settled)
    }

    /// The hook in a URL of this server's, where the URL cannot be anybody else's.
    fn hook_at_url(&self, url: &str) -> Option<HookId> {
        let public_url = self.parts.public_url.trim_end_matches('/');
        let hook = HookId::new(url.strip_prefix(public_url)?.strip_prefix("/webhook/")?);
        (is_generated(&hook) && !is_everybodys(public_url)).then_some(hook)
    }

    async fn delete_orphan(
        &self,
        site: &Site,
        webhook_id: String,
        url: &str,
    ) -> Result<Found, LifecycleError> {
        let outcome = self.account(site).await?.delete(&webhook_id).await;
        let error = outcome.err().map(|error| self.failed_to("delete", "webhook", &error));
        match &error {
            None => tracing::info!(webhook_id, url, "an orphan was deleted"),
            Some(error) => tracing::warn!(webhook_id, url, error, "an orphan was not deleted yet"),
        }
        Ok(Found {
            workflow: None,
            trigger: None,
            webhook_id: Some(webhook_id),
            drift: Drift::Orphan,
            mended: error.is_none(),
            what: Drift::Orphan.words(site.label()),
            error,
        })
    }

    async fn note(&self, notes: &[VendorNote]) -> Result<(), LifecycleError> {
        if notes.is_empty() {
            return Ok(());
        }
        let mut tx = self.parts.store.begin().await?;
        for note in notes {
            tx.note_registration(note).await?;
        }
        Ok(tx.commit().await?)
    }

    /// How each site fared, and when it is asked again.
    fn asked(&self, look: &Look, paces: &mut Paces, failed: bool) -> Vec<Asked> {
        let now = self.now();
        let asked = look.answers.iter().map(|(site, answer)| {
            let retry_at = match answer {
                Ok(_) if !failed => {
                    paces.succeeded(site);
                    None
                }
                Ok(_) => Some(paces.failed(site, None, now, random())),
                Err(not_listed) => Some(paces.failed(site, not_listed.retry_after, now, random())),
            };
            let Site { provider, credential: name, parameters } = site.clone();
            let (subscriptions, warning, error) = match answer {
                Ok(count) => (Some(count.subscriptions), count.warning.clone(), None),
                Err(not_listed) => (None, None, Some(not_listed.words.clone())),
            };
            if let Some(error) = &error {
                tracing::warn!(provider, credential = %name, error, retry_at = ?retry_at, "a vendor could not be asked");
            }
            if let Some(warning) = &warning {
                tracing::warn!(provider, credential = %name, "{warning}");
            }
            Asked { name, provider, parameters, subscriptions, warning, error, retry_at }
        });
        asked.collect()
    }
}

impl Surveyed {
    /// Puts what is planned where it belongs.
    fn sort(&mut self, actions: Vec<Action>, settled: &[Standing], now: Timestamp) {
        let standing_of = |id| settled.iter().find(|standing| standing.row.id == id);
        let row_of = |id| standing_of(id).map(|standing| &standing.row);
        for action in actions {
            let registration = match action {
                Action::Fine { registration, .. }
                    if standing_of(registration).is_some_and(|standing| {
                        missed::is_possible(&standing.row, now) || standing.is_known_elsewhere()
                    }) =>
                {
                    Some(registration)
                }
                Action::Fine { registration, status } => {
                    let noted = row_of(registration).map(|row| note(row, status.as_deref(), None, Some(now)));
                    self.notes.extend(noted);
                    continue;
                }
                Action::Delete { site, webhook_id, url, registration: None, .. } => {
                    self.orphans.push((site, webhook_id, url));
                    continue;
                }
                Action::Delete { registration, .. } => registration,
                Action::Create { registration, .. } | Action::Change { registration, .. } => {
                    Some(registration)
                }
            };
            self.suspects.extend(registration.and_then(row_of).map(|row| row.workflow_id));
        }
    }
}

fn note(
    row: &RegistrationRow,
    status: Option<&str>,
    error: Option<String>,
    reconciled_at: Option<Timestamp>,
) -> VendorNote {
    VendorNote {
        id: row.id,
        webhook_id: row.webhook_id.clone(),
        status: status.map(str::to_owned),
        error,
        reconciled_at,
    }
}

/// Whether another node, or an earlier look that something else was the reason for, has just seen all that is
/// registered there.
fn is_fresh(site: &Site, rows: &[RegistrationRow], now: Timestamp) -> bool {
    let is_on =
        |row: &&RegistrationRow| Site::of(row).as_ref() == Some(site) && row.state == ActivationState::Active;
    let seen = |row: &RegistrationRow| row.reconciled_at.is_some_and(|at| now.since(at) < PERIOD / 2);
    let mut on = rows.iter().filter(is_on).peekable();
    on.peek().is_some() && on.all(seen)
}

/// Whether a URL is on a host that every machine calls itself by: a subscription there may be another's.
fn is_everybodys(url: &str) -> bool {
    match url::Url::parse(url).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => true,
    }
}

/// Any number; where the system gives none, no jitter is no harm.
fn random() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => 0,
    }
}
