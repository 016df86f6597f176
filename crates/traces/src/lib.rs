//! Spans of deliveries, executions and steps, sent to an OpenTelemetry collector.
//!
//! Whoever ends something says so with [`Traces::end`], which puts the span into a bounded queue and never waits; an
//! [`Exporter`] sends what is there. Where tracing is off, [`Traces::is_on`] says so, and no span is even made.
//!
//! Spans are made as something ends, not as it begins: an execution may begin on one node, sleep for a month, and end on
//! another. That they belong together is in their ids, see [`bellhop_workflow::trace`].
//!
//! No payload goes into a span, no message of an error, and no secret: names, kinds, numbers and words of ours.

mod export;
mod message;
mod span;

use std::fmt;
use std::sync::Arc;

use bellhop_meters::{Choice, Counter, Meters};
use tokio::sync::mpsc;

pub use self::export::{EndpointError, Exporter, Target};
pub use self::span::{Span, SpanKind, Value};

/// How many spans wait to be sent. More are dropped, and counted.
const QUEUE: usize = 8_192;

/// Where spans go. Clones are of the same one.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<Queue>>);

struct Queue {
    spans: mpsc::Sender<Span>,
    fates: Fates,
}

/// What becomes of spans, counted.
#[derive(Debug, Clone)]
pub struct Fates(Choice<Counter>);

impl Fates {
    /// Counts in `meters`, where there is a row of it whether or not spans are sent.
    #[must_use]
    pub fn new(meters: &Meters) -> Self {
        Self(meters.counters(
            "bellhop_spans_total",
            "Spans for the collector of traces, by what became of them.",
            "outcome",
            &["sent", "dropped", "failed"],
        ))
    }

    fn count(&self, fate: &str, spans: usize) {
        self.0.of_value(fate).more(spans as u64);
    }
}

impl Traces {
    /// Nowhere.
    #[must_use]
    pub const fn off() -> Self {
        Self(None)
    }

    /// To the collector, by an exporter that has to be run.
    #[must_use]
    pub fn to(target: Target, fates: Fates) -> (Self, Exporter) {
        let (sender, spans) = mpsc::channel(QUEUE);
        let exporter = Exporter::new(target, spans, fates.clone());
        (Self(Some(Arc::new(Queue { spans: sender, fates }))), exporter)
    }

    /// Whether anybody wants spans.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Takes a span that has ended. One that whoever began the trace does not have recorded is none.
    pub fn end(&self, span: Span) {
        if let Some(queue) = &self.0
            && span.context.sampled
            && queue.spans.try_send(span).is_err()
        {
            queue.fates.count("dropped", 1);
        }
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Traces").field(&self.is_on()).finish()
    }
}
