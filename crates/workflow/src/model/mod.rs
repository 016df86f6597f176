//! A workflow as the engine holds it: parsed, checked, its expressions compiled.

mod block;
mod close_filter;
mod inputs;
mod retry;
mod schedule;
mod step;
mod trigger;

use std::num::NonZeroU32;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

pub use self::block::{Arm, Branch, ForEach, Loop, Parallel, Switch, Try};
pub use self::close_filter::CloseFilter;
pub use self::inputs::{Input, InputMistake, Inputs};
pub use self::retry::Retry;
pub use self::schedule::{CatchUp, ScheduleTrigger, Timing};
pub use self::step::{Action, OnInterrupt, Step, StepKind};
pub use self::trigger::{
    CloseTrigger, EventPair, HmacAlgorithm, HmacAuth, HmacScheme, ManualTrigger, Sharing, SignatureEncoding,
    Trigger, TriggerKind, VendorTrigger, WebhookAuth, WebhookResponse, WebhookTrigger, WrittenScheme,
};
use crate::expression::{ExpressionError, Scope, TemplateTree};
use crate::ids::WorkflowName;

/// A workflow that was parsed and found good.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its name, unique on a server.
    pub name: WorkflowName,
    /// What it is for, in a sentence.
    pub description: Option<String>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Values that steps can name, rendered once as an execution begins, in this order.
    pub vars: IndexMap<String, TemplateTree>,
    /// How many of its executions run at once; no limit where it is left out.
    pub concurrency: Option<Concurrency>,
    /// How long a whole execution may take; no limit where it is left out.
    pub timeout: Option<Duration>,
    /// What never reaches the history.
    pub mask: Vec<FieldPath>,
    /// What it does, in order.
    pub steps: Vec<Step>,
    /// What is done when an execution fails, with `error` in scope; empty where there is nothing.
    pub on_failure: Vec<Step>,
    /// The output of an execution that ran through to its end: rendered over the scope after the last step. None where
    /// it is left out. A `return` gives its own instead.
    pub outputs: Option<TemplateTree>,
}

impl Workflow {
    /// Every step there is, those inside blocks after the block, those of `on_failure` last.
    #[must_use]
    pub fn all_steps(&self) -> Vec<&Step> {
        fn gather<'a>(steps: &'a [Step], all: &mut Vec<&'a Step>) {
            for step in steps {
                all.push(step);
                for block in step.action.blocks() {
                    gather(block, all);
                }
            }
        }
        let mut all = Vec::new();
        gather(&self.steps, &mut all);
        gather(&self.on_failure, &mut all);
        all
    }
}

/// How many executions of a workflow run at once. The rest are queued, in the order they arrived.
#[derive(Debug, Clone)]
pub struct Concurrency {
    /// How many.
    pub limit: NonZeroU32,
    /// What they are counted by: executions whose key renders to another text do not count. It is rendered as the
    /// execution is recorded, and sees `event`, `trigger`, `inputs` and `workflow`. None counts all of the workflow's.
    pub key: Option<TemplateTree>,
}

impl Concurrency {
    /// What an execution is counted by, rendered over a scope with `event`, `trigger`, `inputs` and `workflow`: a text as it
    /// is, anything else as JSON. The same for all of them where no key was written.
    pub fn key_of(&self, scope: &Scope) -> Result<String, ExpressionError> {
        let Some(key) = &self.key else { return Ok(String::new()) };
        Ok(match key.render(scope)? {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }
}

/// A place in the event or in a step's output: `event.data.contacts`, `steps.lead.output.phones`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPath(pub Vec<String>);
