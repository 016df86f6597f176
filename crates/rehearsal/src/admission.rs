//! Which trigger a case comes through, with which event and inputs: what the inbound paths of a server do.

use std::sync::Arc;

use bellhop_workflow::event::{
    EventHead, Fallback, HeldEvent, STARTED_BY_HAND, WrongField, complete, type_awaited_by,
};
use bellhop_workflow::expression::Scope;
use bellhop_workflow::ids::{TriggerId, Version};
use bellhop_workflow::model::{CloseTrigger, ManualTrigger, Trigger, TriggerKind, Workflow};
use bellhop_workflow::publication::{self, Publication};
use bellhop_workflow::testfile::Case;
use bellhop_workflow::time::Timestamp;
use serde_json::{Map, Value, json};

/// The version that the workflow of a rehearsal has.
pub(crate) const VERSION: Version = Version(1);

/// The id of an event that gives none.
const EVENT_ID: &str = "rehearsal";

/// Whether a case starts anything.
pub(crate) enum Admission {
    /// It starts an execution.
    Admitted(Box<Admitted>),
    /// No trigger takes the event; the text says why.
    Filtered(String),
    /// The inputs are not what the workflow asks for; the text says why.
    Refused(String),
}

/// What an execution starts with.
pub(crate) struct Admitted {
    pub(crate) event: Arc<HeldEvent>,
    pub(crate) inputs: Option<Value>,
    pub(crate) trigger: Option<TriggerId>,
    pub(crate) trigger_kind: String,
}

/// Lets a case in, or says why not. The first trigger that takes the event is the one it comes through.
pub(crate) fn admit(workflow: &Workflow, case: &Case) -> Result<Admission, WrongField> {
    let is_by_hand = case.inputs.is_some() || (case.event.is_none() && manual(workflow).is_some());
    let candidates = workflow.triggers.iter().filter(|trigger| match &case.trigger {
        Some(id) => trigger.id == *id,
        None => !is_by_hand || matches!(trigger.kind, TriggerKind::Manual(_)),
    });
    let mut reasons = Vec::new();
    for trigger in candidates {
        let event = event_of(trigger, case)?;
        match refusal(trigger, workflow, &event, case.now) {
            Some(reason) => reasons.push(format!("`{}`: {reason}", trigger.id)),
            None => return Ok(inputs_of(trigger, case, event)),
        }
    }
    Ok(Admission::Filtered(reasons.join("; ")))
}

fn manual(workflow: &Workflow) -> Option<&Trigger> {
    workflow.triggers.iter().find(|trigger| matches!(trigger.kind, TriggerKind::Manual(_)))
}

/// The event, completed as that of this trigger.
fn event_of(trigger: &Trigger, case: &Case) -> Result<Arc<HeldEvent>, WrongField> {
    let fallback = Fallback {
        id: EVENT_ID.to_owned(),
        kind: type_awaited_by(trigger).unwrap_or_else(|| STARTED_BY_HAND.to_owned()),
        source: source(trigger).to_owned(),
        time: case.now,
    };
    let (head, raw) = complete(case.event.clone().unwrap_or_default(), fallback)?;
    Ok(Arc::new(HeldEvent { head, raw }))
}

/// Where the events of a trigger come from.
fn source(trigger: &Trigger) -> &str {
    match &trigger.kind {
        TriggerKind::Webhook(webhook) => webhook.auth.sender().unwrap_or("webhook"),
        other => other.as_str(),
    }
}

/// Why a trigger does not take an event; none where it does.
fn refusal(trigger: &Trigger, workflow: &Workflow, event: &Arc<HeldEvent>, now: Timestamp) -> Option<String> {
    if !awaits(trigger, &event.head) {
        return Some(format!("`{}` is not among its events", event.head.kind));
    }
    if let TriggerKind::Close(close) = &trigger.kind
        && let Some(reason) = refusal_of_close(close, event)
    {
        return Some(reason);
    }
    let filter = trigger.filter.as_ref()?;
    let mut scope = Scope::new();
    scope.set_now(now);
    scope.set_event(Some(Arc::clone(event)));
    scope.set("trigger", &json!({ "id": trigger.id, "kind": trigger.kind.as_str() }));
    scope.set("workflow", &json!({ "name": workflow.name, "version": VERSION }));
    match filter.test(&scope) {
        Ok(true) => None,
        Ok(false) => Some(format!("`where` is false: {}", filter.source())),
        Err(error) => Some(format!("`where` has no value: {error}")),
    }
}

/// Why Close does not deliver an event, or why it publishes nothing where that is what is waited for.
fn refusal_of_close(close: &CloseTrigger, event: &HeldEvent) -> Option<String> {
    let head = &event.head;
    let mut as_close_has_it = Value::Object(head.ids.clone());
    as_close_has_it["id"] = json!(head.id);
    as_close_has_it["object_type"] = json!(head.object_type);
    as_close_has_it["action"] = json!(head.action);
    as_close_has_it["data"] = event.data().clone();
    as_close_has_it["previous_data"] = event.previous().clone();
    as_close_has_it["changed_fields"] = json!(head.changed);
    if !close.subscribes_to(&as_close_has_it) {
        return Some("`filters` keep Close from delivering it".to_owned());
    }
    if !close.wants_only_published(&head.object_type, &head.action) {
        return None;
    }
    match publication::judge(event) {
        Publication::Published(_) => None,
        Publication::Draft { .. } => {
            Some("the activity is a draft, and starts nothing until it is published".to_owned())
        }
        Publication::Nothing(reason) => Some(reason),
    }
}

/// Whether an event of this type comes through the trigger. By hand, any event can be given.
fn awaits(trigger: &Trigger, event: &EventHead) -> bool {
    match &trigger.kind {
        TriggerKind::Close(close) => {
            let mut pairs = close.events.iter();
            pairs.any(|pair| pair.object_type == event.object_type && pair.action == event.action)
        }
        TriggerKind::Vendor(vendor) => vendor.events.iter().any(|pair| pair.covers(&event.kind)),
        // Which types a sender has is not known here.
        TriggerKind::Webhook(webhook) if webhook.auth.sender().is_some() => true,
        TriggerKind::Webhook(_) | TriggerKind::Schedule(_) => {
            type_awaited_by(trigger).is_some_and(|kind| kind == event.kind)
        }
        TriggerKind::Manual(_) => true,
    }
}

fn inputs_of(trigger: &Trigger, case: &Case, event: Arc<HeldEvent>) -> Admission {
    let inputs = match &trigger.kind {
        TriggerKind::Manual(manual) => match checked(manual, case.inputs.as_ref()) {
            Ok(inputs) => inputs,
            Err(why) => return Admission::Refused(why),
        },
        TriggerKind::Close(_)
        | TriggerKind::Vendor(_)
        | TriggerKind::Webhook(_)
        | TriggerKind::Schedule(_) => None,
    };
    Admission::Admitted(Box::new(Admitted {
        event,
        inputs,
        trigger: Some(trigger.id.clone()),
        trigger_kind: trigger.kind.as_str().to_owned(),
    }))
}

/// The inputs with their defaults, or what is wrong with them.
fn checked(manual: &ManualTrigger, given: Option<&Map<String, Value>>) -> Result<Option<Value>, String> {
    let Some(inputs) = &manual.inputs else { return Ok(given.cloned().map(Value::Object)) };
    let checked = inputs.check(&given.cloned().unwrap_or_default());
    checked
        .map(|inputs| Some(Value::Object(inputs)))
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}
