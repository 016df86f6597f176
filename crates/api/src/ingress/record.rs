//! What is written down of a delivery.

use bellhop_storage::{ConcealError, Intake, NewDelivery, Outcome, Recorded, StoreError};
use bellhop_trigger::hooks::{Hook, Proof, Verifier};
use bellhop_trigger::inbound::{AcceptedEvent, Starts, start};
use bellhop_workflow::ids::{DeliveryId, ExecutionId, HookId};
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use http::HeaderMap;
use tokio::time::Instant;

use super::headers;
use super::trace::{ArrivalTrace, DeliverySpan};
use crate::problem::Problem;
use crate::state::ApiState;

/// A delivery that has begun to arrive. Each of its endings writes it down once.
pub(crate) struct Arrival<'a> {
    pub(super) state: &'a ApiState,
    /// The delivery's id.
    pub(crate) id: DeliveryId,
    /// When it arrived.
    pub(crate) at: Timestamp,
    /// Without its headers: of most that are refused nobody ever sees them.
    delivery: NewDelivery,
    headers: &'a HeaderMap,
    /// The header that its sender proves itself by, where it is one of its own.
    proving: Option<&'a str>,
    /// When it arrived, for measuring.
    began: Instant,
    pub(super) trace: ArrivalTrace,
}

impl<'a> Arrival<'a> {
    /// Takes down what is known before the body is read.
    pub(crate) fn new(
        state: &'a ApiState,
        hook_id: HookId,
        hook: Option<&'a Hook>,
        headers: &'a HeaderMap,
    ) -> Self {
        let at = state.clock.now();
        let id = DeliveryId::generate(at);
        let delivery = NewDelivery {
            id,
            hook_id,
            workflow_id: hook.map(|hook| hook.workflow_id),
            outcome: Outcome::Rejected,
            reason: None,
            event_id: None,
            event_type: None,
            received_at: at,
            size: 0,
            headers: Vec::new(),
            body: Bytes::new(),
        };
        Self {
            state,
            id,
            at,
            delivery,
            headers,
            proving: hook.and_then(proving_header),
            began: Instant::now(),
            trace: ArrivalTrace::of(headers),
        }
    }

    /// The same delivery, for another trigger.
    pub(crate) fn again(&self, hook: &Hook) -> Self {
        let id = DeliveryId::generate(self.at);
        let delivery = NewDelivery { id, workflow_id: Some(hook.workflow_id), ..self.delivery.clone() };
        Self { id, delivery, trace: self.trace.clone(), ..*self }
    }

    /// It was found genuine, or is no event at all.
    pub(crate) fn verified(&mut self) {
        if self.state.traces.is_on() {
            self.trace.verified_at = Some(self.state.clock.now());
        }
    }

    /// It is refused, for the reason of that word. Its sender need not wait for the disk.
    pub(crate) fn refused(self, reason: &'static str, size: u64) {
        let Self { state, delivery, headers, proving, began, .. } = self;
        state.meters().rejected(reason, began.elapsed().as_secs_f64());
        let headers = || headers::logged(headers, proving, &state.redactor);
        state.refusals().note(NewDelivery { size, ..delivery }, reason, headers);
    }

    /// Its headers, for the log.
    fn logged(&self) -> Vec<(String, String)> {
        headers::logged(self.headers, self.proving, &self.state.redactor)
    }

    /// It is genuine, and starts nothing. `kept` is its body, or empty where that is not to be kept.
    pub(crate) fn filtered(
        self,
        event_id: Option<String>,
        event_type: Option<String>,
        reason: &str,
        size: u64,
        kept: Bytes,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        let span = self.span(self.id.as_uuid());
        let headers = self.logged();
        let delivery = NewDelivery {
            outcome: Outcome::Filtered,
            headers,
            body: kept,
            reason: Some(self.state.redactor.redact(reason).into_owned()),
            event_id,
            event_type,
            size,
            ..self.delivery
        };
        let (state, began) = (self.state, self.began);
        let recorded = state.store.record(Intake { parsed: None, delivery: Some(delivery), execution: None });
        async move {
            let recorded = recorded.await;
            if let Some(span) = span {
                span.ended(recorded.is_ok().then_some(Outcome::Filtered));
            }
            recorded?;
            state.meters().delivery(Outcome::Filtered, began.elapsed().as_secs_f64());
            Ok(())
        }
    }

    /// It starts an execution, unless the same event has started one before.
    pub(crate) fn accepted(
        self,
        hook: &'a Hook,
        event: AcceptedEvent,
        body: Bytes,
    ) -> impl Future<Output = Result<Recorded, Problem>> + Send {
        let (state, began) = (self.state, self.began);
        // Outside the future, which is as large as what it holds, and so is each that waits for it.
        let put_down = self.put_down(hook, event, body);
        let put_down = put_down.map(|(span, intake)| (span, state.store.record(intake)));
        async move {
            let (span, recording) = put_down.map_err(Problem::internal)?;
            let recorded = recording.await;
            let outcome = match recorded {
                Ok(Recorded::Duplicate) => Outcome::Duplicate,
                _ => Outcome::Accepted,
            };
            if let Some(span) = span {
                span.ended(recorded.is_ok().then_some(outcome));
            }
            let recorded = recorded?;
            state.meters().delivery(outcome, began.elapsed().as_secs_f64());
            Ok(recorded)
        }
    }

    /// Puts down what is to be recorded.
    fn put_down(
        self,
        hook: &'a Hook,
        event: AcceptedEvent,
        body: Bytes,
    ) -> Result<(Option<DeliverySpan<'a>>, Intake), ConcealError> {
        let starts = Starts {
            id: ExecutionId::generate(self.at),
            workflow: hook.workflow_id,
            version: hook.version,
            trigger: &hook.trigger_id,
            kind: hook.kind(),
        };
        let span = self.span(starts.id.as_uuid());
        let delivery = NewDelivery { size: body.len() as u64, headers: self.logged(), ..self.delivery };
        let mut intake = start(event, &starts, delivery, body, self.state.key())?;
        if let Some(execution) = &mut intake.execution {
            execution.trace = span.as_ref().map(DeliverySpan::context).or(self.trace.continued);
        }
        Ok((span, intake))
    }
}

/// The header that a hook's senders prove themselves by, where it is one of their own.
fn proving_header(hook: &Hook) -> Option<&str> {
    match &hook.verifier {
        Verifier::Webhook { proof, .. } => proof.as_ref().and_then(Proof::header),
        Verifier::Vendor { .. } => None,
    }
}
