//! What of an execution never reaches the history.
//!
//! In memory the journal has what steps really gave. As records go out, the values that `mask` names are replaced, and
//! so are the texts under them wherever they come up again. Where that changes an output, the true one goes with the
//! record, sealed, for whoever resumes the execution.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_storage::seal_context;
use bellhop_vault::{MasterKey, OpenError, Redactor, Sealed, Secret};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepError, StepRecord};
use bellhop_workflow::mask::{self, MASKED};
use bellhop_workflow::model::FieldPath;
use serde_json::Value;

/// Hides what one execution must not show. A clone is the same one.
#[derive(Clone)]
pub(crate) struct Mask(Option<Arc<Active>>);

struct Active {
    paths: Vec<FieldPath>,
    texts: Redactor,
    key: MasterKey,
    execution: ExecutionId,
    /// What its seals are for: moved to another execution, they do not open.
    context: String,
}

/// What was sealed does not open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnveilError {
    /// The key is another, or the bytes were changed.
    #[error("what it has masked cannot be opened")]
    Open(#[from] OpenError),
    /// It opens, and is nothing that was sealed here.
    #[error("what it has masked cannot be read")]
    Unreadable,
}

impl Mask {
    /// Hides nothing.
    pub(crate) const fn nothing() -> Self {
        Self(None)
    }

    /// Hides what is at `paths`.
    pub(crate) fn new(paths: &[FieldPath], key: &MasterKey, execution: ExecutionId) -> Self {
        if paths.is_empty() {
            return Self::nothing();
        }
        Self(Some(Arc::new(Active {
            paths: paths.to_vec(),
            texts: Redactor::with_replacement(MASKED),
            key: key.clone(),
            execution,
            context: seal_context(execution),
        })))
    }

    /// Takes note of the texts to hide in what a root holds: `event` or `inputs`. It is asked for only where there is
    /// something to hide.
    pub(crate) fn learn(&self, root: &str, value: impl FnOnce() -> Value) {
        if let Some(active) = &self.0 {
            active.learn(&[root], &value());
        }
    }

    /// Takes note of the texts to hide in what a step gave.
    pub(crate) fn learn_from(&self, record: &StepRecord) {
        if let (Some(active), Some(output)) = (&self.0, &record.output) {
            active.learn(&["steps", record.id.as_str(), "output"], output);
        }
    }

    /// The record as the history may have it.
    pub(crate) fn veil(&self, record: StepRecord) -> StepRecord {
        let Some(active) = &self.0 else { return record };
        let mut veiled = record.clone();
        if let Some(input) = &mut veiled.input {
            active.texts.redact_value(input);
        }
        if let Some(error) = &mut veiled.error {
            error.message = active.texts.redact(&error.message).into_owned();
        }
        for line in &mut veiled.logs {
            line.message = active.texts.redact(&line.message).into_owned();
        }
        if let Some(output) = &mut veiled.output {
            mask::hide(&active.paths, &["steps", record.id.as_str(), "output"], output);
            active.texts.redact_value(output);
        }
        if veiled.output != record.output {
            veiled.sealed = record.output.as_ref().and_then(|output| active.seal(output));
        }
        veiled
    }

    /// The record as the journal in memory has it, from what the history has.
    pub(crate) fn unveil(&self, record: &mut StepRecord) -> Result<(), UnveilError> {
        let (Some(active), Some(sealed)) = (&self.0, record.sealed.take()) else { return Ok(()) };
        let sealed = STANDARD.decode(sealed).map_err(|_| UnveilError::Unreadable)?;
        record.output = Some(open(&active.key, &active.context, sealed)?);
        Ok(())
    }

    /// A value as the history may have it: the execution's output.
    pub(crate) fn veil_value(&self, mut value: Value) -> Value {
        if let Some(active) = &self.0 {
            active.texts.redact_value(&mut value);
        }
        value
    }

    /// An error as the history may have it.
    pub(crate) fn veil_error(&self, error: StepError) -> StepError {
        match &self.0 {
            None => error,
            Some(active) => StepError { message: active.texts.redact(&error.message).into_owned(), ..error },
        }
    }
}

impl Active {
    fn learn(&self, root: &[&str], value: &Value) {
        if mask::concerns(&self.paths, root) {
            self.texts.learn_all(mask::texts(&self.paths, root, value).into_iter().map(Secret::from));
        }
    }

    fn seal(&self, output: &Value) -> Option<String> {
        let sealed = self.key.seal(&self.context, output.to_string().as_bytes());
        // Without it, a resumed execution would go on with the masked output. That is better than not to mask it.
        sealed
            .inspect_err(|error| {
                let error = error as &dyn std::error::Error;
                tracing::error!(execution = %self.execution, error, "masked output not sealed");
            })
            .ok()
            .map(|sealed| STANDARD.encode(sealed.as_bytes()))
    }
}

/// Opens JSON that was sealed for an execution.
pub(crate) fn open(key: &MasterKey, context: &str, sealed: Vec<u8>) -> Result<Value, UnveilError> {
    let opened = key.open(context, &Sealed::from_bytes(sealed))?;
    serde_json::from_slice(&opened).map_err(|_| UnveilError::Unreadable)
}
