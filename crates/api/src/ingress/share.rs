//! A delivery of a subscription that several triggers share.
//!
//! Each trigger that asked for the event has a delivery of its own in the log, and an execution where its `where` lets
//! the event through. The sender is answered when all of them are durable; where one cannot be written down it sends
//! again, and to the others that is a duplicate. One whose key cannot be opened cannot tell whether it is genuine: it is
//! refused for that one, which the log shows, and the others go on.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::Outcome;
use bellhop_trigger::hooks::Hook;
use bellhop_trigger::inbound::{Rejection, Verdict, examine};
use bytes::Bytes;
use futures::future::try_join_all;
use http::HeaderMap;

use super::receive::{Receipt, refusal, too_many};
use super::record::Arrival;
use super::take::{UNASKED, take};
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
    let mut without_key = Vec::new();
    for hook in sharers.iter().filter(|hook| hook.active) {
        match examine(hook, headers, &body, arrival.at, state.timestamp_tolerance) {
            // Its key cannot be opened, which is no matter of the others.
            Verdict::Rejected(Rejection::NoKey) => without_key.push(arrival.again(hook)),
            // Whoever signs for one of them signs for all.
            Verdict::Rejected(rejection) => {
                arrival.refused(rejection.as_str(), body.len() as u64);
                return Err(refusal(rejection));
            }
            Verdict::Unasked { event_id, event_type } => unasked = Some((event_id, event_type)),
            verdict => {
                let mut own = arrival.again(hook);
                own.verified();
                given.push((own, hook, verdict));
            }
        }
    }
    if given.is_empty() && unasked.is_none() {
        arrival.refused(Rejection::NoKey.as_str(), body.len() as u64);
        return Err(refusal(Rejection::NoKey));
    }
    if let Some(wait) = sharers.first().and_then(|hook| state.limits().hook_waits(&hook.id)) {
        return Err(too_many(arrival, body.len() as u64, wait));
    }
    for arrival in without_key {
        arrival.refused(Rejection::NoKey.as_str(), body.len() as u64);
    }
    if let (true, Some((event_id, event_type))) = (given.is_empty(), unasked) {
        let delivery_id = arrival.id;
        let size = body.len() as u64;
        arrival.filtered(event_id, Some(event_type), UNASKED, size, Bytes::new()).await?;
        return Ok(Json(Receipt { outcome: Outcome::Filtered.as_str(), delivery_id }).into_response());
    }
    let writing = given.into_iter().map(async |(arrival, hook, verdict)| {
        let id = arrival.id;
        take(state, arrival, hook, verdict, &body).await.map(|taken| (id, taken.outcome))
    });
    let best = try_join_all(writing).await?.into_iter().min_by_key(|(_, outcome)| match outcome {
        Outcome::Accepted => 0,
        Outcome::Duplicate => 1,
        Outcome::Filtered | Outcome::Rejected => 2,
    });
    let (delivery_id, outcome) = best.unwrap_or((arrival.id, Outcome::Filtered));
    Ok(Json(Receipt { outcome: outcome.as_str(), delivery_id }).into_response())
}
