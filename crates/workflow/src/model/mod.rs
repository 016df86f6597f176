//! A workflow as the engine holds it: parsed, checked, its expressions compiled.

mod retry;
mod step;
mod trigger;

use std::time::Duration;

use indexmap::IndexMap;

pub use self::retry::Retry;
pub use self::step::{Action, OnInterrupt, Step, StepKind};
pub use self::trigger::{
    CloseTrigger, EventPair, HmacAlgorithm, HmacAuth, ManualTrigger, SignatureEncoding, Trigger, TriggerKind,
    WebhookAuth, WebhookTrigger,
};
use crate::expression::TemplateTree;
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
    /// How long a whole execution may take; no limit where it is left out.
    pub timeout: Option<Duration>,
    /// What it does, in order.
    pub steps: Vec<Step>,
}
