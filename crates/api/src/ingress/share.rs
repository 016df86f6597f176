//! A delivery of a subscription that several triggers share.
//!
//! Each trigger that asked for the event has a delivery of its own in the log, and an execution where its `where` lets
//! the event through. The sender is answered when all of them are durable; where one cannot be written down it sends
//! again, and to the others that is a duplicate.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{Outcome, Recorded};
use bellhop_trigger::hooks::Hook;
use bellhop_trigger::inbound::{Verdict, examine};
use bellhop_workflow::ids::DeliveryId;
use bytes::Bytes;
use futures::future::try_join_all;
use http::HeaderMap;

use super::receive::{Receipt, UNASKED, refusal};
use super::record::Arrival;
use crate::problem::Problem;
use crate::state::ApiState;

/// Gives a delivery to all triggers that asked for it. `arrival` is taken down for the first of `sharers`.
pub(super) async fn share_out(
    state: &ApiState,
    arrival: Arrival<'_>,
    sharers: &[Arc<Hook>],
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut given = Vec::new();
    let mut unasked = None;
    for hook in sharers.iter().filter(|hook| hook.active) {
        match examine(hook, headers, &body, arrival.at, state.timestamp_tolerance) {
            // Whoever signs for one of them signs for all.
            Verdict::Rejected(rejection) => {
                arrival.refused(rejection.as_str(), body.len() as u64);
                return Err(refusal(rejection));
            }
            Verdict::Unasked { event_id, event_type } => unasked = Some((event_id, event_type)),
            verdict => given.push((arrival.again(hook), hook, verdict)),
        }
    }
    if let (true, Some((event_id, event_type))) = (given.is_empty(), unasked) {
        let delivery_id = arrival.id;
        let (reason, size) = (UNASKED.to_owned(), body.len() as u64);
        arrival.filtered(event_id, Some(event_type), reason, size, Bytes::new()).await?;
        return Ok(Json(Receipt { outcome: Outcome::Filtered.as_str(), delivery_id }).into_response());
    }
    let writing = given.into_iter().map(|(arrival, hook, verdict)| write(arrival, hook, verdict, &body));
    let written = try_join_all(writing).await?;
    let best = written.into_iter().min_by_key(|(_, outcome)| match outcome {
        Outcome::Accepted => 0,
        Outcome::Duplicate => 1,
        Outcome::Filtered | Outcome::Rejected => 2,
    });
    let (delivery_id, outcome) = best.unwrap_or((arrival.id, Outcome::Filtered));
    Ok(Json(Receipt { outcome: outcome.as_str(), delivery_id }).into_response())
}

/// Writes one trigger's part down.
async fn write(
    arrival: Arrival<'_>,
    hook: &Hook,
    verdict: Verdict,
    body: &Bytes,
) -> Result<(DeliveryId, Outcome), Problem> {
    let id = arrival.id;
    let outcome = match verdict {
        Verdict::Accepted(event) => match arrival.accepted(hook, *event, body.clone()).await? {
            Recorded::Duplicate => Outcome::Duplicate,
            Recorded::Accepted(_) | Recorded::Stored => Outcome::Accepted,
        },
        Verdict::Filtered { event_id, event_type, reason } => {
            let kept = if hook.mask.is_empty() { body.clone() } else { Bytes::new() };
            arrival.filtered(event_id, Some(event_type), reason, body.len() as u64, kept).await?;
            Outcome::Filtered
        }
        // Told apart before; a subscription asks nothing.
        Verdict::Unasked { .. } | Verdict::Challenged { .. } | Verdict::Rejected(_) => Outcome::Filtered,
    };
    Ok((id, outcome))
}
