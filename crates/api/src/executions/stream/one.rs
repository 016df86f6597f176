//! `GET /executions/{id}/stream`: one execution as it goes, until it has ended.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{ChangeFeed, ExecutionStanding, Store, StoreError};
use bellhop_workflow::ids::ExecutionId;
use http::StatusCode;

use super::mark::Seen;
use super::source::{More, Source, answer};
use super::{LastEventId, changes};
use crate::extract::{PathOf, Reader};
use crate::problem::Problem;
use crate::state::ApiState;

/// Sends how it stands and every change of its steps that its journal has, then each as it comes. Who has seen all of
/// one that has ended gets 204, which tells a browser not to come again.
#[utoipa::path(
    get,
    path = "/api/v1/executions/{id}/stream",
    tag = "Executions",
    operation_id = "follow_execution",
    summary = "Follow an execution to its end",
    params(PathOf<ExecutionId>, LastEventId),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "Events `execution` and `step`, until it has ended", example = json!("event: step\nid: 1.1.running\ndata: {…}\n\n")),
        (status = 204, description = "It has ended, and its reader has seen everything"),
        (status = 404, description = "There is no such execution"),
        (status = 429, description = "Too many streams are open, or too many wrong tokens came from this address"),
    ),
)]
pub(crate) async fn stream(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(id): PathOf<ExecutionId>,
    LastEventId(last): LastEventId,
) -> Result<Response, Problem> {
    // Listens before it looks, so that nothing falls between.
    let feed = state.store.changes(Some(id));
    let standing = state.store.standings(&[id]).await?.pop();
    let standing = standing.filter(|standing| caller.sees(&standing.workflow));
    let standing = standing.ok_or_else(|| Problem::not_found("execution", id))?;
    let seen: Seen = last.and_then(|last| last.parse().ok()).unwrap_or_default();
    let one =
        One { store: state.store.clone(), id, feed, seen, read: (seen.entry - 1).max(0), is_current: false };
    if standing.status.is_final() && one.has_seen(&standing) && seen.status == Some(standing.status) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    answer(&state, &caller, one)
}

struct One {
    store: Store,
    id: ExecutionId,
    feed: ChangeFeed,
    seen: Seen,
    /// The last entry of the journal of which nothing is left to send.
    read: i64,
    /// Whether there was nothing left when it last looked.
    is_current: bool,
}

impl Source for One {
    async fn more(&mut self) -> Result<More, StoreError> {
        if self.is_current {
            // Whatever it says: the execution is looked at.
            self.feed.next().await;
            self.is_current = false;
        }
        // First, so that all that was written with this status is in the journal by now.
        let Some(standing) = self.store.standings(&[self.id]).await?.pop() else { return Ok(More::end()) };
        let mut more = More::default();
        if !standing.status.is_final() {
            self.tell_status(&standing, &mut more).await?;
        }
        self.tell_steps(&standing, &mut more).await?;
        if self.has_seen(&standing) {
            self.is_current = true;
            if standing.status.is_final() {
                self.tell_status(&standing, &mut more).await?;
                more.is_end = true;
            }
        }
        Ok(more)
    }
}

impl One {
    fn has_seen(&self, standing: &ExecutionStanding) -> bool {
        self.seen.entry >= standing.entry
    }

    async fn tell_status(&mut self, standing: &ExecutionStanding, more: &mut More) -> Result<(), StoreError> {
        if self.seen.status == Some(standing.status) {
            return Ok(());
        }
        // One that has gone on meanwhile is told of with the change that comes next.
        let row = self.store.listed_execution(self.id).await?;
        if let Some(row) = row.filter(|row| row.status == standing.status) {
            self.seen.status = Some(row.status);
            more.events.push(changes::execution(row, &self.seen)?);
        }
        Ok(())
    }

    async fn tell_steps(&mut self, standing: &ExecutionStanding, more: &mut More) -> Result<(), StoreError> {
        for entry in self.store.journal_after(self.id, self.read).await? {
            let sent = if entry.number == self.seen.entry { self.seen.records } else { 0 };
            for (place, record) in entry.records.into_iter().enumerate().skip(sent) {
                self.seen = Seen { entry: entry.number, records: place + 1, ..self.seen };
                more.events.push(changes::step(standing, record, &self.seen)?);
            }
            self.seen.entry = entry.number;
            self.read = entry.number;
        }
        Ok(())
    }
}
