//! What all streams have in common: how they are written, and when they end.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::StoreError;
use futures::stream;
use http::header::{HeaderName, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::access::{self, Caller};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Proxies that gather answers before they pass them on are asked not to.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// When somebody who is one too many may try again, in seconds.
const LATER: HeaderValue = HeaderValue::from_static("30");

/// How often it is asked whether the reader may still read. It costs a look into memory.
const LOOK_AT_TOKEN: Duration = Duration::from_secs(1);

/// Where a stream's events come from.
pub(super) trait Source: Send + 'static {
    /// The next events, as soon as there are some; it may also give none, and is asked again.
    fn more(&mut self) -> impl Future<Output = Result<More, StoreError>> + Send;
}

/// Some events, and whether they are the last ones.
#[derive(Default)]
pub(super) struct More {
    pub(super) events: Vec<Event>,
    pub(super) is_end: bool,
}

impl More {
    /// Nothing more, ever.
    pub(super) fn end() -> Self {
        Self { events: Vec::new(), is_end: true }
    }

    /// The last event of a reader that was too slow.
    pub(super) fn dropped() -> Self {
        let reason = "more has changed than is kept for one reader; read on from the last event";
        let event = Event::default().event("dropped").data(json!({ "reason": reason }).to_string());
        Self { events: vec![event], is_end: true }
    }
}

/// A stream that is being read.
struct Reading<S> {
    source: S,
    events: VecDeque<Event>,
    is_end: bool,
    state: ApiState,
    reader: Caller,
    look: Interval,
    _place: OwnedSemaphorePermit,
}

impl<S: Source> Reading<S> {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some((Ok(event), self));
            }
            if self.is_end {
                return None;
            }
            match self.more().await {
                Ok(None) => return None,
                Ok(Some(More { events, is_end })) => {
                    self.events.extend(events);
                    self.is_end = is_end;
                }
                Err(error) => {
                    // Its reader comes again with the last event's id.
                    let error = &error as &dyn Error;
                    tracing::warn!(error, "an event stream has ended, as the database cannot be read");
                    return None;
                }
            }
        }
    }

    /// The next events; none once the server stops, or the reader's token does not work any more.
    async fn more(&mut self) -> Result<Option<More>, StoreError> {
        // Begun once: a source that is dropped halfway has lost what it was about to tell.
        let mut more = pin!(self.source.more());
        let more = loop {
            tokio::select! {
                biased;
                () = self.state.stop.cancelled() => return Ok(None),
                _ = self.look.tick() => {
                    if !access::is_still_taken(&self.reader, &self.state).await? {
                        return Ok(None);
                    }
                }
                more = &mut more => break more?,
            }
        };
        // Not even what came within that second is told to somebody who has no right to it any more.
        Ok(access::is_still_taken(&self.reader, &self.state).await?.then_some(more))
    }
}

/// Answers with the source's events, for as long as there are any, somebody reads whose token works, and the server
/// runs.
pub(super) fn answer(state: &ApiState, reader: &Caller, source: impl Source) -> Result<Response, Problem> {
    let place = state.streams().try_acquire_owned();
    let place = place.map_err(|_| Problem::new(kind::TOO_MANY_STREAMS).with_header(RETRY_AFTER, LATER))?;
    let mut look = interval(LOOK_AT_TOKEN);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (state, reader, events) = (state.clone(), reader.clone(), VecDeque::new());
    let reading = Reading { source, events, is_end: false, state, reader, look, _place: place };
    let events = Sse::new(stream::unfold(reading, Reading::next)).keep_alive(KeepAlive::default());
    Ok((StatusCode::OK, [UNBUFFERED], events).into_response())
}
