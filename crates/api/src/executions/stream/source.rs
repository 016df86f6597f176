//! What all streams have in common: how they are written, and when they end.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::error::Error;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::StoreError;
use futures::stream;
use http::header::{HeaderName, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Proxies that gather answers before they pass them on are asked not to.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// When somebody who is one too many may try again, in seconds.
const LATER: HeaderValue = HeaderValue::from_static("30");

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
    stop: CancellationToken,
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
            let more = tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                more = self.source.more() => more,
            };
            match more {
                Ok(More { events, is_end }) => {
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
}

/// Answers with the source's events, for as long as somebody reads, the server runs, and there are any.
pub(super) fn answer(state: &ApiState, source: impl Source) -> Result<Response, Problem> {
    let place = state.streams().try_acquire_owned();
    let place = place.map_err(|_| Problem::new(kind::TOO_MANY_STREAMS).with_header(RETRY_AFTER, LATER))?;
    let (events, stop) = (VecDeque::new(), state.stop.clone());
    let reading = Reading { source, events, is_end: false, stop, _place: place };
    let events = Sse::new(stream::unfold(reading, Reading::next)).keep_alive(KeepAlive::default());
    Ok((StatusCode::OK, [UNBUFFERED], events).into_response())
}
