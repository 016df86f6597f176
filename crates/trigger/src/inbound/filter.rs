//! What the workflow makes of an event that is genuine: the trigger's `where`, what it is counted by, what is masked.

use std::sync::Arc;

use bellhop_storage::Gate;
use bellhop_workflow::conceal::conceal;
use bellhop_workflow::event::HeldEvent;
use bellhop_workflow::expression::{Expression, Scope};
use bellhop_workflow::ids::{TriggerId, Version, WorkflowName};
use bellhop_workflow::model::{Concurrency, EventPair, FieldPath};
use bellhop_workflow::publication::{self, Publication};
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use serde_json::json;

use super::{AcceptedEvent, Draft, MaskedBody, Verdict};
use crate::envelope::{Parsed, shortened};

/// Whose event it is.
pub(crate) struct Origin<'a> {
    /// The trigger that it came through.
    pub(crate) trigger: &'a TriggerId,
    /// That trigger's kind.
    pub(crate) kind: &'a str,
    /// The workflow that the trigger is of.
    pub(crate) workflow: &'a WorkflowName,
    /// The version that it starts.
    pub(crate) version: Version,
}

/// What a workflow asks of an event, and does with it.
pub(super) struct Rules<'a> {
    /// Whose event it is.
    pub(super) origin: Origin<'a>,
    /// Which events only count where they publish something.
    pub(super) published: &'a [EventPair],
    /// The trigger's `where`.
    pub(super) filter: Option<&'a Expression>,
    /// How many of the workflow's executions run at once.
    pub(super) concurrency: Option<&'a Concurrency>,
    /// What of an event is stored sealed only.
    pub(super) mask: &'a [FieldPath],
}

/// Lets the event through, unless it should publish something and does not, or the trigger's `where` is false of it or
/// cannot be computed.
pub(super) fn apply(rules: &Rules<'_>, parsed: Parsed, now: Timestamp) -> Verdict {
    let Parsed { head, dedup_key, event_id, raw } = parsed;
    let event_type = shortened(&head.kind);
    let event = Arc::new(HeldEvent { head, raw });
    let mut publishes = None;
    let head = &event.head;
    let is_it = |pair: &EventPair| pair.object_type == head.object_type && pair.action == head.action;
    if rules.published.iter().any(is_it) {
        match publication::judge(&event) {
            Publication::Published(activity) => publishes = Some(activity),
            Publication::Nothing(reason) => return Verdict::Filtered { event_id, event_type, reason },
            Publication::Draft { activity, reopened_by } => {
                return Verdict::Awaited { event_id, event_type, draft: Draft { activity, reopened_by } };
            }
        }
    }
    // Most triggers ask nothing more of an event: for them no scope is made.
    let keyed = rules.concurrency.is_some_and(|concurrency| concurrency.key.is_some());
    let scope = if rules.filter.is_some() || keyed {
        scope(Arc::clone(&event), &rules.origin, now)
    } else {
        Scope::new()
    };
    if let Some(reason) = rules.filter.and_then(|filter| refusal(filter, &scope)) {
        return Verdict::Filtered { event_id, event_type, reason };
    }
    let gate = rules.concurrency.map(|concurrency| Gate::new(concurrency, !rules.mask.is_empty(), || scope));
    // The scope, which held it, too, is gone: it is taken and not copied.
    let HeldEvent { mut head, mut raw } = Arc::unwrap_or_clone(event);
    let concealed = conceal(rules.mask, Some((&mut head, &mut raw)), None);
    let masked = concealed.map(|concealed| MaskedBody { body: Bytes::from(raw.to_string()), concealed });
    Verdict::Accepted(Box::new(AcceptedEvent {
        head,
        parsed: raw,
        dedup_key,
        publishes,
        event_id,
        event_type,
        gate,
        masked,
    }))
}

/// What expressions see before there is an execution.
pub(crate) fn scope(event: Arc<HeldEvent>, origin: &Origin<'_>, now: Timestamp) -> Scope {
    let mut scope = Scope::new();
    scope.set_now(now);
    scope.set_event(Some(event));
    scope.set("trigger", &json!({ "id": origin.trigger, "kind": origin.kind }));
    scope.set("inputs", &json!({}));
    scope.set("workflow", &json!({ "name": origin.workflow, "version": origin.version }));
    scope
}

/// Why `filter` lets the event start nothing; none where it lets it.
pub(crate) fn refusal(filter: &Expression, scope: &Scope) -> Option<String> {
    match filter.test(scope) {
        Ok(true) => None,
        Ok(false) => Some(format!("`where` is false: {}", filter.source())),
        Err(error) => Some(format!("`where` has no value: {error}")),
    }
}
