//! How many executions of a workflow are under way at once.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::{Concurrency, Workflow};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How many executions of a workflow may be under way at once. Those that are too many are queued and take their turn
/// in the order of their ids; one that is put aside keeps its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// What they are counted by: those of the same workflow and the same key.
    pub key: String,
    /// How many. Where those that wait disagree, the least of those before it and its own holds for each.
    pub limit: u32,
}

impl Gate {
    /// The gate of an execution that is to be recorded; none where the workflow has no `concurrency`. `scope` is made
    /// where there is a key to render, and has `event`, `trigger`, `inputs` and `workflow`.
    ///
    /// A key that has no value is the empty one, and the log says why: nothing that came in is lost for it.
    pub fn of(workflow: &Workflow, scope: impl FnOnce() -> Scope) -> Option<Self> {
        let concurrency = workflow.concurrency.as_ref()?;
        // What is masked must not be read from the key either; that equal ones are equal is enough.
        Some(Self::new(concurrency, !workflow.mask.is_empty(), scope))
    }

    /// The same from the parts of a workflow that it takes: whether anything is masked decides whether the key is
    /// stored as it is or as a digest.
    pub fn new(concurrency: &Concurrency, masked: bool, scope: impl FnOnce() -> Scope) -> Self {
        let key = match &concurrency.key {
            None => String::new(),
            Some(template) => match template.render(&scope()) {
                Ok(Value::Null) => String::new(),
                Ok(Value::String(text)) => text,
                Ok(value) => value.to_string(),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the concurrency key has no value, the empty one is taken"
                    );
                    String::new()
                }
            },
        };
        let key = if masked && !key.is_empty() { hex::encode(Sha256::digest(key.as_bytes())) } else { key };
        Self { key, limit: concurrency.limit.get() }
    }
}
