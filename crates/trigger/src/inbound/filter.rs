//! The trigger's `where`.

use bellhop_workflow::expression::{Expression, Scope};
use bellhop_workflow::ids::{TriggerId, Version, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde_json::{Value, json};

use super::{AcceptedEvent, Verdict};
use crate::envelope::{Parsed, shortened};
use crate::hooks::Hook;

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

/// Lets the event that arrived at `now` through, unless the hook's `where` is false of it or cannot be computed.
pub(super) fn apply(hook: &Hook, parsed: Parsed, now: Timestamp) -> Verdict {
    let Parsed { head, dedup_key, event_id, raw } = parsed;
    let event_type = shortened(&head.kind);
    let refusal = hook.filter.as_ref().and_then(|filter| {
        let event = serde_json::to_value(head.clone().attach(raw)).unwrap_or_default();
        let (trigger, kind) = (&hook.trigger_id, hook.kind());
        let origin = Origin { trigger, kind, workflow: &hook.workflow_name, version: hook.version };
        refusal(filter, &scope(&event, &origin, now))
    });
    match refusal {
        Some(reason) => Verdict::Filtered { event_id, event_type, reason },
        None => Verdict::Accepted(Box::new(AcceptedEvent { head, dedup_key, event_id, event_type })),
    }
}

/// What is known of an event before it starts anything.
pub(crate) fn scope(event: &Value, origin: &Origin<'_>, now: Timestamp) -> Scope {
    let mut scope = Scope::new();
    scope.set_now(now);
    scope.set("event", event);
    scope.set("trigger", &json!({ "id": origin.trigger, "kind": origin.kind }));
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
