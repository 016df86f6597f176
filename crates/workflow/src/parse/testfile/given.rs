//! What cases and `defaults` have in common: what is given to a workflow.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::place::At;
use super::super::suggest::{did_you_mean, listed};
use super::{Companion, event, mock};
use crate::diagnostic::Code;
use crate::ids::{StepId, TriggerId};
use crate::model::TriggerKind;
use crate::testfile::Mock;
use crate::time::Timestamp;

/// The keys of what is given.
pub(super) const KEYS: [&str; 5] = ["event", "inputs", "trigger", "now", "mocks"];

/// What is given, in a case or as the default of all.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) event: Option<Map<String, Value>>,
    pub(super) inputs: Option<Map<String, Value>>,
    pub(super) trigger: Option<TriggerId>,
    pub(super) now: Option<Timestamp>,
    pub(super) mocks: IndexMap<StepId, Mock>,
}

impl Given {
    /// Takes the fields of what is given; none where one of them has a mistake.
    pub(super) fn take(
        context: &mut Context<'_>,
        fields: &mut Fields<'_>,
        companion: &Companion<'_>,
    ) -> Option<Self> {
        let event = fields.take("event").map(|at| event::read(context, &at));
        let inputs = fields.take("inputs").map(|at| inputs(context, &at));
        let trigger = fields.take("trigger").map(|at| trigger(context, &at, companion));
        let now = fields.take("now").map(|at| now(context, &at));
        let mocks = fields.take("mocks").map(|at| mock::read(context, &at, companion));
        // Read whole before any failure counts, so that all mistakes are noted.
        Some(Self {
            event: whole(event)?,
            inputs: whole(inputs)?,
            trigger: whole(trigger)?,
            now: whole(now)?,
            mocks: whole(mocks)?.unwrap_or_default(),
        })
    }

    /// The same over `defaults`: maps are laid over maps field by field, a mock replaces the whole mock of its step.
    pub(super) fn over(self, defaults: &Self) -> Self {
        let mut mocks = defaults.mocks.clone();
        mocks.extend(self.mocks);
        Self {
            event: laid_over(self.event, defaults.event.as_ref()),
            inputs: laid_over(self.inputs, defaults.inputs.as_ref()),
            trigger: self.trigger.or_else(|| defaults.trigger.clone()),
            now: self.now.or(defaults.now),
            mocks,
        }
    }
}

/// A field that was left out is none; one with a mistake has none to give.
#[expect(clippy::option_option, reason = "one for being left out, one for being wrong")]
fn whole<T>(field: Option<Option<T>>) -> Option<Option<T>> {
    match field {
        Some(read) => read.map(Some),
        None => Some(None),
    }
}

fn laid_over(
    own: Option<Map<String, Value>>,
    below: Option<&Map<String, Value>>,
) -> Option<Map<String, Value>> {
    fn lay(over: Map<String, Value>, below: &mut Map<String, Value>) {
        for (name, value) in over {
            match (value, below.get_mut(&name)) {
                (Value::Object(over), Some(Value::Object(below))) => lay(over, below),
                (value, _) => {
                    below.insert(name, value);
                }
            }
        }
    }
    match (own, below.cloned()) {
        (Some(own), Some(mut below)) => {
            lay(own, &mut below);
            Some(below)
        }
        (own, below) => own.or(below),
    }
}

fn inputs(context: &mut Context<'_>, at: &At<'_>) -> Option<Map<String, Value>> {
    at.map(context)?;
    match super::value(context, at) {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

fn now(context: &mut Context<'_>, at: &At<'_>) -> Option<Timestamp> {
    let text = at.text(context)?;
    let read = Timestamp::parse(text).ok();
    if read.is_none() {
        let message = format!("`{}` is not a time", text.chars().take(40).collect::<String>());
        context
            .error(Code::InvalidValue, at.span(), &at.path, message)
            .help("write it as `2026-03-02T09:00:00Z`, or with an offset as `2026-03-02T10:00:00+01:00`");
    }
    read
}

fn trigger(context: &mut Context<'_>, at: &At<'_>, companion: &Companion<'_>) -> Option<TriggerId> {
    let text = at.text(context)?;
    let Some(workflow) = companion.workflow() else { return Some(TriggerId::new(text)) };
    let known = || workflow.triggers.iter().map(|trigger| trigger.id.as_str());
    let found = workflow.triggers.iter().find(|trigger| trigger.id.as_str() == text);
    if found.is_none() {
        let shown: String = text.chars().take(60).collect();
        let message = format!("`{}` has no trigger `{shown}`", workflow.name);
        let help = did_you_mean(text, known()).unwrap_or_else(|| {
            format!("its triggers are {}, numbered where a kind occurs again", listed(known()))
        });
        context.error(Code::InvalidValue, at.span(), &at.path, message).help(help);
    }
    found.map(|trigger| trigger.id.clone())
}

/// Notes inputs that nothing takes.
pub(super) fn check_inputs(context: &mut Context<'_>, at: &At<'_>, companion: &Companion<'_>) {
    let Some(workflow) = companion.workflow() else { return };
    if !workflow.triggers.iter().any(|trigger| matches!(trigger.kind, TriggerKind::Manual(_))) {
        let message =
            format!("`{}` cannot be started with inputs: it has no `manual` trigger", workflow.name);
        context
            .error(Code::InvalidValue, at.span(), &at.path, message)
            .help("give an `event`, or add `- manual:` to the workflow's triggers");
    }
}
