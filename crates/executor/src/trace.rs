//! The spans of one execution: itself, and each of its steps as it ends.
//!
//! A step that ends again after a crash took it back has the same ids, see [`bellhop_workflow::trace`].

use std::sync::{Arc, OnceLock};

use bellhop_storage::{ClaimedExecution, Ending};
use bellhop_traces::{Span, SpanKind, Traces};
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use bellhop_workflow::trace::{SpanId, TraceContext, TraceId};
use uuid::Uuid;

/// What the span of an execution is computed from, beside its id.
const EXECUTION: &str = "";

/// What is known of an execution where somebody wants its spans.
#[derive(Debug)]
pub(crate) struct ExecutionTrace {
    traces: Traces,
    id: Uuid,
    /// The execution's own span.
    context: TraceContext,
    /// What it is a part of.
    parent: Option<SpanId>,
    started_at: Timestamp,
    version: i64,
    trigger_kind: String,
    attempt: u32,
    workflow: OnceLock<WorkflowName>,
}

impl ExecutionTrace {
    /// None where nobody wants spans.
    pub(crate) fn of(traces: &Traces, claimed: &ClaimedExecution) -> Option<Arc<Self>> {
        if !traces.is_on() {
            return None;
        }
        let id = claimed.id.as_uuid();
        let span = SpanId::of(id, EXECUTION);
        let context =
            claimed.trace.map_or(TraceContext { trace: TraceId::of(id), span, sampled: true }, |continued| {
                continued.at(span)
            });
        Some(Arc::new(Self {
            traces: traces.clone(),
            id,
            context,
            parent: claimed.trace.map(|continued| continued.span),
            started_at: claimed.started_at,
            version: claimed.version.0,
            trigger_kind: claimed.trigger_kind.clone(),
            attempt: claimed.attempt,
            workflow: OnceLock::new(),
        }))
    }

    /// The trace, for log lines.
    pub(crate) const fn id(&self) -> TraceId {
        self.context.trace
    }

    /// Learns what the workflow is called.
    pub(crate) fn is_of(&self, workflow: &WorkflowName) {
        self.workflow.get_or_init(|| workflow.clone());
    }

    /// What is sent along with what a step asks of others.
    pub(crate) fn at_step(&self, path: &str) -> TraceContext {
        self.context.at(SpanId::of(self.id, path))
    }

    /// A step has come to be as the record says. What was passed over is no span.
    pub(crate) fn step(&self, record: &StepRecord) {
        if !record.status.is_final() || record.status == StepStatus::Skipped {
            return;
        }
        let (Some(started_at), Some(ended_at)) = (record.started_at, record.finished_at) else { return };
        let mut attributes = vec![
            ("bellhop.execution.id", self.id.to_string().into()),
            ("bellhop.step.path", record.path.as_str().into()),
            ("bellhop.step.kind", record.uses.as_str().into()),
            ("bellhop.step.status", record.status.as_str().into()),
            ("bellhop.step.attempts", i64::from(record.attempts).into()),
        ];
        let failed = record.error.as_ref().filter(|_| record.status == StepStatus::Failed);
        if let Some(status) = failed.and_then(|error| error.status) {
            attributes.push(("http.response.status_code", i64::from(status).into()));
        }
        self.traces.end(Span {
            context: self.at_step(&record.path),
            parent: Some(enclosing(&record.path).map_or(self.context.span, |path| SpanId::of(self.id, path))),
            kind: kind(&record.uses),
            name: format!("{} {}", record.uses, record.id),
            started_at,
            ended_at,
            attributes,
            error: failed.map(|error| error.kind.clone()),
        });
    }

    /// Its own span, if it ends so.
    pub(crate) fn end(&self, ending: &Ending, ended_at: Timestamp) -> Span {
        let (status, error) = match ending {
            Ending::Succeeded(_) => ("succeeded", None),
            Ending::Failed(error) => ("failed", Some(error.kind.clone())),
            Ending::Cancelled(_) => ("cancelled", None),
        };
        // It may have ended before its version was even read.
        let name = self.workflow.get().map_or("execution", WorkflowName::as_str);
        Span {
            context: self.context,
            parent: self.parent,
            kind: SpanKind::Internal,
            name: name.to_owned(),
            started_at: self.started_at,
            ended_at,
            attributes: vec![
                ("bellhop.execution.id", self.id.to_string().into()),
                ("bellhop.execution.status", status.into()),
                ("bellhop.execution.attempt", i64::from(self.attempt).into()),
                ("bellhop.workflow.name", name.into()),
                ("bellhop.workflow.version", self.version.into()),
                ("bellhop.trigger.kind", self.trigger_kind.as_str().into()),
            ],
            error,
        }
    }

    /// The execution has ended, and that is durable.
    pub(crate) fn ended(&self, span: Span) {
        self.traces.end(span);
    }
}

/// The block that a step is in; none where it is in none. Between a step and its block is the name of a branch, the number
/// of an arm or an iteration, or such a word.
fn enclosing(path: &str) -> Option<&str> {
    let (between, _) = path.rsplit_once('/')?;
    let (block, _) = between.rsplit_once('/')?;
    // What the second attempt of a block does is under `block#2/`.
    let last = block.rfind('/').map_or(0, |slash| slash + 1);
    Some(block[last..].find('#').map_or(block, |mark| &block[..last + mark]))
}

fn kind(uses: &str) -> SpanKind {
    match uses {
        "http" | "close" | "email" | "sql" => SpanKind::Client,
        _ => SpanKind::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_part_of_the_block_around_it() {
        for (path, block) in [
            ("lookup", None),
            ("on_failure/notify", None),
            ("enrich/crm/lookup", Some("enrich")),
            ("enrich#2/crm/lookup", Some("enrich")),
            ("guarded/catch/x", Some("guarded")),
            ("each/0/route/1/x", Some("each/0/route")),
            ("each#3/0/route#2/1/x", Some("each#3/0/route")),
            ("on_failure/each/0/x", Some("on_failure/each")),
        ] {
            assert_eq!(enclosing(path), block, "{path}");
        }
    }
}
