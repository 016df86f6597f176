//! What becomes of one registration, as it is written down. Pure: whether a step makes sense in a state is
//! [`ActivationState::apply`]'s to say, and what else changes with it is said here.

use std::collections::BTreeMap;

use bellhop_storage::RegistrationRow;
use bellhop_vault::Sealed;
use bellhop_workflow::activation::{ActivationEvent, ActivationState, IllegalTransition};
use bellhop_workflow::ids::{HookId, RegistrationId, TriggerId, WorkflowId};
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::Timestamp;

use super::wanted::{Source, Wanted};

/// A registration that nothing was done for yet.
pub(super) fn new_row(
    id: RegistrationId,
    workflow_id: WorkflowId,
    trigger_id: TriggerId,
    provider: &str,
    hook_id: HookId,
    now: Timestamp,
) -> RegistrationRow {
    RegistrationRow {
        id,
        workflow_id,
        trigger_id,
        provider: provider.to_owned(),
        parameters: BTreeMap::new(),
        hook_id,
        shared_hook: None,
        credential: None,
        webhook_id: None,
        signature_key: None,
        state: ActivationState::Inactive,
        url: None,
        former_urls: Vec::new(),
        events: Vec::new(),
        events_since: BTreeMap::new(),
        vendor_status: None,
        last_error: None,
        reconciled_at: None,
        mended: None,
        last_delivery_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// It is about to be made at the vendor, at `hook` and `url`; where it is to share, at the hook of `shared`, unless there
/// is a subscription to share already.
pub(super) fn begin(
    row: &mut RegistrationRow,
    wanted: &Wanted,
    hook: HookId,
    shared: Option<HookId>,
    url: String,
    now: Timestamp,
) -> Result<(), IllegalTransition> {
    step(row, ActivationEvent::Activate, now)?;
    forget(row);
    row.hook_id = hook;
    row.shared_hook = shared;
    readdress(row, url);
    row.last_error = None;
    row.reconciled_at = None;
    row.mended = None;
    row.events_since.clear();
    (row.credential, row.parameters, row.events) = match &wanted.source {
        Source::Vendor { site, events, .. } => {
            (Some(site.credential.clone()), site.parameters.clone(), events.clone())
        }
        Source::Webhook { .. } => (None, BTreeMap::new(), Vec::new()),
    };
    Ok(())
}

/// It is asked for other events from now on: what it was not asked for before was not missed before.
pub(super) fn ask_for(row: &mut RegistrationRow, events: &[EventPair], now: Timestamp) {
    let before = std::mem::replace(&mut row.events, events.to_vec());
    let since = std::mem::take(&mut row.events_since);
    row.events_since = since_of(events, &before, &since, now);
    row.updated_at = now;
}

/// Since when each of `events` is asked for, where `before` were, some of them only since `since`.
pub(super) fn since_of(
    events: &[EventPair],
    before: &[EventPair],
    since: &BTreeMap<String, Timestamp>,
    now: Timestamp,
) -> BTreeMap<String, Timestamp> {
    let later = events.iter().filter_map(|event| {
        let name = event.name();
        let at = if before.contains(event) { since.get(&name).copied() } else { Some(now) };
        at.map(|at| (name, at))
    });
    later.collect()
}

/// It is about to have `url` at the vendor. What may still be there under another is remembered.
pub(super) fn readdress(row: &mut RegistrationRow, url: String) {
    row.former_urls.retain(|former| *former != url);
    let former = row.url.take().filter(|former| *former != url && row.credential.is_some());
    row.former_urls.extend(former);
    row.url = Some(url);
}

/// What the vendor gave for a registration.
pub(super) struct Given {
    /// The vendor's id for it.
    pub(super) webhook_id: String,
    /// The key that deliveries are signed with.
    pub(super) key: Sealed,
    /// What the vendor says of it.
    pub(super) status: Option<String>,
    /// Where that is, where it was there already, for others.
    pub(super) place: Option<SharedPlace>,
}

/// Where a shared subscription delivers to.
pub(super) struct SharedPlace {
    pub(super) hook: HookId,
    pub(super) url: Option<String>,
    pub(super) former_urls: Vec<String>,
}

/// It is made at the vendor: what that gave is kept. It still has to be switched on, together with all that belongs to
/// it.
pub(super) fn keep(row: &mut RegistrationRow, given: Given, now: Timestamp) {
    row.webhook_id = Some(given.webhook_id);
    row.signature_key = Some(given.key.into_bytes());
    row.vendor_status = given.status;
    if let Some(place) = given.place {
        row.shared_hook = Some(place.hook);
        row.url = place.url;
        row.former_urls = place.former_urls;
    }
    row.updated_at = now;
}

/// It is switched on.
pub(super) fn confirm(row: &mut RegistrationRow, now: Timestamp) -> Result<(), IllegalTransition> {
    step(row, ActivationEvent::Confirmed, now)
}

/// It was not made, and nothing is left of the attempt. `words` are the vendor's, where it was this one it refused.
pub(super) fn refuse(
    row: &mut RegistrationRow,
    words: Option<String>,
    now: Timestamp,
) -> Result<(), IllegalTransition> {
    step(row, ActivationEvent::Refused, now)?;
    forget(row);
    row.last_error = words;
    Ok(())
}

/// Nobody knows what is at the vendor.
pub(super) fn lose(
    row: &mut RegistrationRow,
    words: String,
    now: Timestamp,
) -> Result<(), IllegalTransition> {
    step(row, ActivationEvent::AnswerLost, now)?;
    row.last_error = Some(words);
    Ok(())
}

/// It is about to be deleted at the vendor.
pub(super) fn end(row: &mut RegistrationRow, now: Timestamp) -> Result<(), IllegalTransition> {
    step(row, ActivationEvent::Deactivate, now)
}

/// It is gone at the vendor.
pub(super) fn gone(row: &mut RegistrationRow, now: Timestamp) -> Result<(), IllegalTransition> {
    step(row, ActivationEvent::Gone, now)?;
    forget(row);
    row.last_error = None;
    Ok(())
}

fn step(row: &mut RegistrationRow, event: ActivationEvent, now: Timestamp) -> Result<(), IllegalTransition> {
    row.state = row.state.apply(event)?;
    row.updated_at = now;
    Ok(())
}

/// A key of a registration that is not there any more must never verify anything again.
fn forget(row: &mut RegistrationRow) {
    row.webhook_id = None;
    row.signature_key = None;
    row.vendor_status = None;
    if row.shared_hook.is_some() {
        // The others may go on there.
        row.url = None;
        row.former_urls.clear();
    }
}
