//! The spans of a delivery: the request, that it was proved, and that it was made durable.
//!
//! Only what is genuine has any. What is refused is counted: else whoever can reach the address could fill the collector,
//! and keep the spans of others out.

use bellhop_storage::Outcome;
use bellhop_traces::{Span, SpanKind};
use bellhop_workflow::time::Timestamp;
use bellhop_workflow::trace::{SpanId, TraceContext, TraceId};
use http::{HeaderMap, HeaderName};
use uuid::Uuid;

use super::record::Arrival;
use crate::state::ApiState;

/// The header of <https://www.w3.org/TR/trace-context/>.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What is known of a delivery's trace.
#[derive(Debug, Clone)]
pub(super) struct ArrivalTrace {
    /// The sender's, where there is one.
    pub(super) continued: Option<TraceContext>,
    /// When it was found genuine.
    pub(super) verified_at: Option<Timestamp>,
}

impl ArrivalTrace {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self { continued: continued(headers), verified_at: None }
    }
}

/// The trace that a request is part of. Two of them are none.
pub(crate) fn continued(headers: &HeaderMap) -> Option<TraceContext> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    TraceContext::parse(value.to_str().ok()?)
}

/// The span of a genuine delivery that is to be written down.
pub(super) struct DeliverySpan<'a> {
    state: &'a ApiState,
    delivery: Uuid,
    context: TraceContext,
    /// The sender's span, where it has sent one.
    parent: Option<SpanId>,
    at: Timestamp,
    verified_at: Timestamp,
}

impl<'a> Arrival<'a> {
    /// The delivery's span: in the sender's trace, or in one that is called like what it starts. None where nobody wants
    /// spans.
    pub(super) fn span(&self, starts: Uuid) -> Option<DeliverySpan<'a>> {
        if !self.state.traces.is_on() {
            return None;
        }
        let delivery = self.id.as_uuid();
        let span = SpanId::of(delivery, "");
        let own = TraceContext { trace: TraceId::of(starts), span, sampled: true };
        let continued = self.trace.continued;
        Some(DeliverySpan {
            state: self.state,
            delivery,
            context: continued.map_or(own, |continued| continued.at(span)),
            parent: continued.map(|continued| continued.span),
            at: self.at,
            verified_at: self.trace.verified_at.unwrap_or(self.at),
        })
    }
}

impl DeliverySpan<'_> {
    /// Whose children are next.
    pub(super) const fn context(&self) -> TraceContext {
        self.context
    }

    /// It is durable with that outcome, or it could not be made so.
    pub(super) fn ended(self, outcome: Option<Outcome>) {
        let ended_at = self.state.clock.now();
        let error = outcome.is_none().then(|| "unavailable".to_owned());
        let mut attributes = vec![
            ("http.route", "/webhook/{hook_id}".into()),
            ("bellhop.delivery.id", self.delivery.to_string().into()),
        ];
        if let Some(outcome) = outcome {
            attributes.push(("bellhop.delivery.outcome", outcome.as_str().into()));
        }
        let part = |name: &str, started_at, ended_at, error| Span {
            context: self.context.at(SpanId::of(self.delivery, name)),
            parent: Some(self.context.span),
            kind: SpanKind::Internal,
            name: name.to_owned(),
            started_at,
            ended_at,
            attributes: Vec::new(),
            error,
        };
        let traces = &self.state.traces;
        traces.end(part("verify", self.at, self.verified_at, None));
        traces.end(part("commit", self.verified_at, ended_at, error.clone()));
        traces.end(Span {
            context: self.context,
            parent: self.parent,
            kind: SpanKind::Server,
            name: "delivery".to_owned(),
            started_at: self.at,
            ended_at,
            attributes,
            error,
        });
    }
}
