//! The trigger's `where`.

use bellhop_workflow::expression::{Expression, Scope};
use serde_json::{Value, json};

use super::{AcceptedEvent, Verdict};
use crate::envelope::{Parsed, shortened};
use crate::hooks::Hook;

/// Lets the event through, unless the hook's `where` is false of it or cannot be computed.
pub(super) fn apply(hook: &Hook, parsed: Parsed) -> Verdict {
    let Parsed { head, dedup_key, event_id, raw } = parsed;
    let event_type = shortened(&head.kind);
    let refusal = hook.filter.as_ref().and_then(|filter| {
        let event = serde_json::to_value(head.clone().attach(raw)).unwrap_or_default();
        refusal(filter, hook, &event)
    });
    match refusal {
        Some(reason) => Verdict::Filtered { event_id, event_type, reason },
        None => Verdict::Accepted(Box::new(AcceptedEvent { head, dedup_key, event_id, event_type })),
    }
}

/// Why `filter` lets the event start nothing; none where it lets it.
fn refusal(filter: &Expression, hook: &Hook, event: &Value) -> Option<String> {
    let mut scope = Scope::new();
    scope.set("event", event);
    scope.set("trigger", &json!({ "id": hook.trigger_id, "kind": hook.kind() }));
    scope.set("workflow", &json!({ "name": hook.workflow_name, "version": hook.version }));
    match filter.test(&scope) {
        Ok(true) => None,
        Ok(false) => Some(format!("`where` is false: {}", filter.source())),
        Err(error) => Some(format!("`where` has no value: {error}")),
    }
}
