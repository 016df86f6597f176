//! What changes from one version of a workflow to the next, in words.

use std::collections::HashSet;
use std::fmt::Debug;

use bellhop_workflow::model::{Action, CloseTrigger, Sharing, Step, Trigger, TriggerKind, Workflow};

/// A sentence for each thing that changes. Where `is_active`, also what becomes of registrations.
pub(super) fn changes(old: &Workflow, new: &Workflow, is_active: bool) -> Vec<String> {
    let mut said = triggers(&old.triggers, &new.triggers, is_active);
    said.extend(steps(&old.all_steps(), &new.all_steps()));
    let others = [
        ("`description`", same(&old.description, &new.description)),
        ("`vars`", same(&old.vars, &new.vars)),
        ("`concurrency`", same(&old.concurrency, &new.concurrency)),
        ("`timeout`", same(&old.timeout, &new.timeout)),
        ("`mask`", same(&old.mask, &new.mask)),
        ("`outputs`", same(&old.outputs, &new.outputs)),
    ];
    let changed: Vec<&str> = others.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect();
    if !changed.is_empty() {
        said.push(format!("changed: {}", changed.join(", ")));
    }
    if said.is_empty() {
        said.push("only comments and layout: what the workflow does stays the same".to_owned());
    }
    said
}

fn triggers(old: &[Trigger], new: &[Trigger], is_active: bool) -> Vec<String> {
    let find = |list: &[Trigger], id: &Trigger| list.iter().position(|other| other.id == id.id);
    let mut said = Vec::new();
    for trigger in old.iter().filter(|trigger| find(new, trigger).is_none()) {
        let end = match (&trigger.kind, is_active) {
            (TriggerKind::Close(_), true) => ": its registration at Close will be deleted",
            (TriggerKind::Vendor(_), true) => ": its registration at the vendor will be deleted",
            (TriggerKind::Webhook(_), true) => ": its URL will answer no more",
            _ => "",
        };
        said.push(format!("trigger `{}` removed{end}", trigger.id));
    }
    for trigger in new {
        match find(old, trigger).map(|at| &old[at]) {
            None => {
                let end = match (&trigger.kind, is_active) {
                    (TriggerKind::Close(_), true) => ": it will be registered at Close",
                    (TriggerKind::Vendor(_), true) => ": it will be registered at the vendor",
                    (TriggerKind::Webhook(_), true) => ": it will have a URL",
                    _ => "",
                };
                said.push(format!("trigger `{}` added{end}", trigger.id));
            }
            Some(before) if !same(before, trigger) => {
                said.push(format!(
                    "trigger `{}` changed{}",
                    trigger.id,
                    consequence(before, trigger, is_active)
                ));
            }
            Some(_) => {}
        }
    }
    said
}

/// What a change of a trigger means for its registration.
fn consequence(before: &Trigger, after: &Trigger, is_active: bool) -> &'static str {
    match (&before.kind, &after.kind) {
        _ if !is_active => "",
        (TriggerKind::Close(before), TriggerKind::Close(after)) if is_registered_alike(before, after) => {
            ": its registration at Close stays"
        }
        (TriggerKind::Close(before), TriggerKind::Close(after)) if is_changed_in_place(before, after) => {
            ": its registration at Close will be changed"
        }
        (TriggerKind::Close(_), TriggerKind::Close(_)) => ": its registration at Close will be replaced",
        (TriggerKind::Vendor(before), TriggerKind::Vendor(after))
            if before.credential == after.credential && before.parameters == after.parameters =>
        {
            ": its registration at the vendor will be changed"
        }
        (TriggerKind::Vendor(_), TriggerKind::Vendor(_)) => {
            ": its registration at the vendor will be replaced"
        }
        (TriggerKind::Webhook(before), TriggerKind::Webhook(after)) if before.path == after.path => {
            ": its URL stays"
        }
        (TriggerKind::Webhook(_), TriggerKind::Webhook(_)) => ": its URL will be another",
        _ => "",
    }
}

/// Whether the subscription stays, and is told otherwise what to deliver.
fn is_changed_in_place(one: &CloseTrigger, other: &CloseTrigger) -> bool {
    let own = |trigger: &CloseTrigger| trigger.sharing == Sharing::None;
    one.credential == other.credential && own(one) && own(other)
}

/// Whether Close would be told the same. The order of the events does not matter there.
fn is_registered_alike(one: &CloseTrigger, other: &CloseTrigger) -> bool {
    let set = |trigger: &CloseTrigger| trigger.events.iter().cloned().collect::<HashSet<_>>();
    one.credential == other.credential && one.filters == other.filters && set(one) == set(other)
}

fn steps(old: &[&Step], new: &[&Step]) -> Vec<String> {
    let mut said = Vec::new();
    let ids = |list: &[&Step]| list.iter().map(|step| step.id.clone()).collect::<Vec<_>>();
    let (before, after) = (ids(old), ids(new));
    let mut say = |what: &str, steps: Vec<String>| {
        if !steps.is_empty() {
            said.push(format!(
                "step{} {what}: {}",
                if steps.len() == 1 { "" } else { "s" },
                steps.join(", ")
            ));
        }
    };
    let named = |step: &&&Step| format!("`{}` ({})", step.id, step.action.as_str());
    say("removed", old.iter().filter(|step| !after.contains(&step.id)).map(|step| named(&step)).collect());
    say("added", new.iter().filter(|step| !before.contains(&step.id)).map(|step| named(&step)).collect());
    let changed = new.iter().filter(|step| {
        old.iter().find(|other| other.id == step.id).is_some_and(|other| !is_same_step(other, step))
    });
    say("changed", changed.map(|step| named(&step)).collect());
    let common = |list: &[bellhop_workflow::ids::StepId], other: &[bellhop_workflow::ids::StepId]| {
        list.iter().filter(|id| other.contains(id)).cloned().collect::<Vec<_>>()
    };
    if common(&before, &after) != common(&after, &before) {
        said.push("the steps run in another order".to_owned());
    }
    said
}

/// Whether a step is the same. Of a block, what is in it is compared on its own.
fn is_same_step(one: &Step, other: &Step) -> bool {
    fn outside(step: &Step) -> Step {
        let mut step = step.clone();
        match &mut step.action {
            Action::Uses { .. } => {}
            Action::Parallel(parallel) => {
                parallel.branches.iter_mut().for_each(|branch| branch.steps.clear());
            }
            Action::ForEach(each) => each.steps.clear(),
            Action::Switch(switch) => {
                switch.arms.iter_mut().for_each(|arm| arm.steps.clear());
            }
            Action::Try(guarded) => {
                guarded.steps.clear();
                guarded.finally.clear();
                guarded.catch = guarded.catch.take().map(|_| Vec::new());
            }
            Action::Loop(again) => again.steps.clear(),
        }
        step
    }
    same(&outside(one), &outside(other))
}

/// Whether two parts say the same. Compiled expressions have no equality of their own, but show their source.
fn same(one: &impl Debug, other: &impl Debug) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

#[cfg(test)]
mod tests {
    use bellhop_trigger::catalogue::catalogue;

    use super::*;

    const OLD: &str = "
name: demo
triggers:
  - close: { events: [lead.created] }
    where: event.data.a
steps:
  - { id: a, uses: log, with: { message: one } }
  - { id: b, uses: log, with: { message: \"${{ event.id }}\" } }
";

    fn said(new: &str, is_active: bool) -> Vec<String> {
        let read = |yaml| bellhop_workflow::parse(yaml, catalogue()).unwrap().workflow;
        changes(&read(OLD), &read(new), is_active)
    }

    #[test]
    fn a_change_of_layout_changes_nothing() {
        let new = OLD.replace("message: one", "message: 'one'").replace("steps:", "steps: # what it does");
        assert_eq!(said(&new, true), ["only comments and layout: what the workflow does stays the same"]);
    }

    #[test]
    fn other_events_mean_another_registration_and_another_filter_does_not() {
        let events = OLD.replace("[lead.created]", "[lead.created, lead.updated]");
        assert_eq!(
            said(&events, true),
            ["trigger `close` changed: its registration at Close will be changed"]
        );
        assert_eq!(said(&events, false), ["trigger `close` changed"]);
        let filter = OLD.replace("event.data.a", "event.data.b");
        assert_eq!(said(&filter, true), ["trigger `close` changed: its registration at Close stays"]);
    }

    #[test]
    fn steps_are_known_by_their_ids() {
        let new = OLD.replace("id: a", "id: c").replace("event.id", "event.time");
        assert_eq!(
            said(&new, true),
            ["step removed: `a` (log)", "step added: `c` (log)", "step changed: `b` (log)"]
        );
    }

    #[test]
    fn triggers_come_and_go() {
        let new = OLD.replace(
            "  - close: { events: [lead.created] }\n    where: event.data.a\n",
            "  - manual:\n  - webhook: { auth: { bearer: { credential: x } } }\n",
        );
        assert_eq!(
            said(&new, true),
            [
                "trigger `close` removed: its registration at Close will be deleted",
                "trigger `manual` added",
                "trigger `webhook` added: it will have a URL",
            ]
        );
    }
}
