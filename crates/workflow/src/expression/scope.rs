//! What expressions can name.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value as EngineValue;
use minijinja::value::{Enumerator, Object};
use serde_json::Value;

use super::convert::to_engine;
use super::event_object::EventObject;
use crate::event::HeldEvent;
use crate::ids::StepId;
use crate::journal::{StepError, StepStatus};
use crate::time::Timestamp;

/// What expressions can name: roots such as `event` and `vars`, and `steps` with what each step has left.
///
/// A copy is cheap, and so is adding a step or a root: what was converted for the engine before is shared, however
/// large it is. A copy is how branches that run side by side see the same past and not each other; what they leave
/// for those after them goes into the outer scope with [`set_step`](Self::set_step).
#[derive(Debug, Clone, Default)]
pub struct Scope {
    roots: Arc<Roots>,
}

#[derive(Debug, Clone, Default)]
struct Roots {
    named: Names,
    steps: Arc<Names>,
    now: Option<Timestamp>,
}

#[derive(Debug, Clone, Default)]
struct Names(BTreeMap<Arc<str>, EngineValue>);

impl Scope {
    /// A scope with no roots but an empty `steps`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a root: `event`, `trigger`, `vars`, `inputs`, `execution`, `workflow`, `error`, `item`, `index`. One that
    /// was there is replaced.
    pub fn set(&mut self, root: &str, value: &Value) {
        Arc::make_mut(&mut self.roots).named.0.insert(root.into(), to_engine(value));
    }

    /// Sets `event`: the same as [`set`](Self::set) with the event as JSON, without the detour.
    pub fn set_event(&mut self, event: Option<Arc<HeldEvent>>) {
        let value = event.map_or(EngineValue::from(()), EventObject::of);
        Arc::make_mut(&mut self.roots).named.0.insert("event".into(), value);
    }

    /// Takes a root away; nothing happens where it is not there.
    pub fn unset(&mut self, root: &str) {
        if self.roots.named.0.contains_key(root) {
            Arc::make_mut(&mut self.roots).named.0.remove(root);
        }
    }

    /// Sets the instant that `now()` gives, written as `event.time` is. There is no other clock in expressions: who
    /// resumes an execution sets the instant that its journal has.
    pub fn set_now(&mut self, now: Timestamp) {
        Arc::make_mut(&mut self.roots).now = Some(now);
    }

    /// Sets `steps.<id>` to what a step left: its `output`, `status` and `error` (null where it has none).
    pub fn set_step(&mut self, id: &StepId, output: &Value, status: StepStatus, error: Option<&StepError>) {
        let error = error.and_then(|error| serde_json::to_value(error).ok()).unwrap_or_default();
        let step = EngineValue::from_pairs([
            ("output", to_engine(output)),
            ("status", EngineValue::from(status.as_str())),
            ("error", to_engine(&error)),
        ]);
        let roots = Arc::make_mut(&mut self.roots);
        Arc::make_mut(&mut roots.steps).0.insert(id.as_str().into(), step);
    }

    /// Takes `steps.<id>` away, as if the step had never run.
    pub fn unset_step(&mut self, id: &StepId) {
        if self.roots.steps.0.contains_key(id.as_str()) {
            let roots = Arc::make_mut(&mut self.roots);
            Arc::make_mut(&mut roots.steps).0.remove(id.as_str());
        }
    }

    /// The names of all roots, `steps` included.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        self.roots.named.0.keys().map(AsRef::as_ref).chain(std::iter::once("steps"))
    }

    /// What a root holds, as JSON text; `None` where there is no such root. What JSON cannot hold is null in it.
    #[must_use]
    pub fn json(&self, root: &str) -> Option<String> {
        serde_json::to_string(&self.lookup(root)?).ok()
    }

    /// What a root holds.
    pub(super) fn lookup(&self, root: &str) -> Option<EngineValue> {
        if root == "steps" {
            return Some(EngineValue::from_dyn_object(Arc::clone(&self.roots.steps)));
        }
        self.roots.named.0.get(root).cloned()
    }

    /// The instant that `now()` gives.
    pub(super) fn now(&self) -> Option<Timestamp> {
        self.roots.now
    }
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &EngineValue) -> Option<EngineValue> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<EngineValue> {
        self.0.get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|name| EngineValue::from(name.as_ref())).collect())
    }
}
