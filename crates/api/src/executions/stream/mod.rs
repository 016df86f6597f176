//! Executions as they change, as server-sent events.
//!
//! What is sent is what is durable: the table is read anew whenever the store tells that something was committed, so
//! that nothing is sent twice or lost where changes come faster than somebody reads. A stream is only worked on while
//! its reader takes what it has.

pub(crate) mod all;
mod changes;
mod follow;
mod mark;
pub(crate) mod one;
mod source;

pub(crate) use self::changes::StepChange;
use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::problem::Problem;
use crate::state::ApiState;

/// How many streams there may be at once: each is a connection that stays.
pub(crate) const MOST_STREAMS: usize = 64;

/// The id of the last event that a reader has seen, where it has had a stream before. Browsers send it by themselves.
pub(crate) struct LastEventId(Option<String>);

impl FromRequestParts<ApiState> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let given = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok());
        Ok(Self(given.map(str::to_owned)))
    }
}
