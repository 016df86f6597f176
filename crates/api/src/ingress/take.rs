//! Writing down what becomes of a genuine event of one trigger.

use bellhop_storage::{Outcome, Recorded};
use bellhop_trigger::hooks::Hook;
use bellhop_trigger::inbound::{AWAITED, AcceptedEvent, Verdict};
use bellhop_trigger::publication;
use bytes::Bytes;

use super::record::Arrival;
use crate::problem::Problem;
use crate::state::ApiState;

/// Why an event starts nothing that no trigger asked for.
pub(super) const UNASKED: &str = "no trigger that shares this subscription asked for the event";

/// What has become of it.
pub(super) struct Taken {
    pub(super) outcome: Outcome,
    /// What was recorded, and the key that it is told from others by; none where nothing starts.
    pub(super) recorded: Option<(Recorded, Option<String>)>,
}

/// Writes it down. Of a verdict that is about no event nothing is written.
pub(super) async fn take(
    state: &ApiState,
    arrival: Arrival<'_>,
    hook: &Hook,
    verdict: Verdict,
    body: &Bytes,
) -> Result<Taken, Problem> {
    let size = body.len() as u64;
    match verdict {
        Verdict::Accepted(event) => accept(state, arrival, hook, event, body).await,
        Verdict::Awaited { event_id, event_type, draft } => {
            // First the draft: once this is answered, it is not told of again.
            let (workflow, trigger) = (hook.workflow_id, &hook.trigger_id);
            Box::pin(publication::note(&state.store, workflow, trigger, &hook.id, &draft, arrival.at))
                .await?;
            arrival.filtered(event_id, Some(event_type), AWAITED, size, Bytes::new()).await?;
            Ok(Taken::NOTHING)
        }
        Verdict::Filtered { event_id, event_type, reason } => {
            // A body that may hold what is to be masked is not kept.
            let kept = if hook.mask.is_empty() { body.clone() } else { Bytes::new() };
            arrival.filtered(event_id, Some(event_type), &reason, size, kept).await?;
            Ok(Taken::NOTHING)
        }
        Verdict::Unasked { event_id, event_type } => {
            arrival.filtered(event_id, Some(event_type), UNASKED, size, Bytes::new()).await?;
            Ok(Taken::NOTHING)
        }
        Verdict::Challenged { .. } | Verdict::Rejected(_) => Ok(Taken::NOTHING),
    }
}

async fn accept(
    state: &ApiState,
    arrival: Arrival<'_>,
    hook: &Hook,
    mut event: Box<AcceptedEvent>,
    body: &Bytes,
) -> Result<Taken, Problem> {
    publication::give_key(&state.store, hook.workflow_id, &hook.trigger_id, &mut event).await?;
    let key = event.dedup_key.clone();
    let recorded = arrival.accepted(hook, *event, body.clone()).await?;
    let outcome = if recorded == Recorded::Duplicate { Outcome::Duplicate } else { Outcome::Accepted };
    Ok(Taken { outcome, recorded: Some((recorded, key)) })
}

impl Taken {
    const NOTHING: Self = Self { outcome: Outcome::Filtered, recorded: None };
}
