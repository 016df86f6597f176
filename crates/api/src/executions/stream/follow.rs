//! Following all executions.
//!
//! A reader that comes for the first time is told of what changes from then on. One that comes again is first told of
//! everything that is unfinished, or has ended since, as it stands, with the steps that have changed since: once more
//! what it saw in the last seconds, rather than nothing of what it did not.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use bellhop_storage::{ChangeFeed, ExecutionStanding, News, Store, StoreError};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::{Clock, Timestamp};
use uuid::Uuid;

use super::all::Which;
use super::changes;
use super::mark::Moment;
use super::source::{More, Source};

/// What was committed so long before an event is known to have come before it: it covers the time from making an id to
/// its commit, and the clocks of several nodes.
const MARGIN: Duration = Duration::from_secs(10);

/// How many executions are looked at before what has come of them is sent.
const AT_ONCE: usize = 64;

/// How many events are enough to be sent before more is looked at.
const ENOUGH: usize = 64;

/// How many unfinished executions are kept in mind, and looked at where other nodes may change them.
const MOST_KNOWN: usize = 16_384;

const PAGE: u32 = 500;

/// What a reader knows of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Known {
    status: Option<ExecutionStatus>,
    /// The last entry of its journal.
    entry: i64,
}

impl Known {
    fn of(standing: &ExecutionStanding) -> Self {
        Self { status: Some(standing.status), entry: standing.entry }
    }

    fn has_ended(self) -> bool {
        self.status.is_some_and(ExecutionStatus::is_final)
    }
}

/// What comes next.
enum Stage {
    /// To say where the stream begins.
    Begin,
    /// To tell what has changed since, page by page from this execution on.
    CatchUp { since: Timestamp, after: Option<ExecutionId>, began: Timestamp },
    /// To wait for news.
    Live,
}

pub(super) struct Follow {
    store: Store,
    clock: Arc<dyn Clock>,
    which: Which,
    feed: ChangeFeed,
    stage: Stage,
    known: BTreeMap<ExecutionId, Known>,
    /// Those that are to be looked at.
    todo: VecDeque<ExecutionId>,
    /// What the events' ids say.
    moment: Moment,
    /// Since when there is something to catch up with, while there is.
    catching_up: Option<Timestamp>,
    /// What they say once all that is to be looked at was.
    next: Option<Timestamp>,
}

impl Follow {
    /// Follows from now on, or from where the reader has been. It listens before it looks at what is there, so that
    /// nothing falls between.
    pub(super) async fn begin(
        store: Store,
        clock: Arc<dyn Clock>,
        which: Which,
        last: Option<Moment>,
    ) -> Result<Self, StoreError> {
        let feed = store.changes(None);
        let now = clock.now();
        let (stage, moment) = match last {
            None => (Stage::Begin, Moment { at: now, oldest: None }),
            Some(moment) => {
                let since = moment.at.minus(MARGIN);
                (Stage::CatchUp { since, after: before(&moment, since), began: now }, moment)
            }
        };
        let catching_up = last.map(|moment| moment.at.minus(MARGIN));
        let mut follow = Self {
            store,
            clock,
            which,
            feed,
            stage,
            known: BTreeMap::new(),
            todo: VecDeque::new(),
            moment,
            catching_up,
            next: None,
        };
        if last.is_none() {
            follow.look_at_all().await?;
        }
        Ok(follow)
    }
}

impl Source for Follow {
    async fn more(&mut self) -> Result<More, StoreError> {
        if self.todo.is_empty() {
            if let Some(last) = self.settle() {
                return Ok(More { events: vec![last], is_end: false });
            }
            match mem::replace(&mut self.stage, Stage::Live) {
                Stage::Begin => return Ok(More { events: vec![self.place()], is_end: false }),
                Stage::CatchUp { since, after, began } => self.catch_up(since, after, began).await?,
                Stage::Live => match self.feed.next().await {
                    News::Changed(changed) => self.look_at(changed),
                    News::Look => self.look_around().await?,
                    News::Behind => return Ok(More::dropped()),
                },
            }
        }
        let some = self.todo.len().min(AT_ONCE);
        let some: Vec<ExecutionId> = self.todo.drain(..some).collect();
        Ok(More { events: self.tell_of(&some).await?, is_end: false })
    }
}

impl Follow {
    /// An event that says nothing but how far its reader has come.
    fn place(&self) -> Event {
        Event::default().id(self.moment.to_string())
    }

    /// Moves on to what the ids say once everything was looked at.
    fn settle(&mut self) -> Option<Event> {
        let at = self.next.take()?;
        let oldest = self.known.iter().find(|(_, known)| !known.has_ended()).map(|(id, _)| *id);
        self.moment = Moment { at, oldest };
        self.catching_up = None;
        Some(self.place())
    }

    /// Finds out what is under way, so that only what changes is told.
    async fn look_at_all(&mut self) -> Result<(), StoreError> {
        let mut after = None;
        while self.known.len() < MOST_KNOWN {
            let ids = self.store.unfinished_after(after, PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            self.take_as_known(&ids).await?;
        }
        self.moment.oldest = self.known.keys().next().copied();
        if self.feed.is_shared() {
            // What has ended just now would else be news when it is next looked around.
            let recent = self.store.recorded_since(self.moment.at.minus(MARGIN)).await?;
            self.take_as_known(&recent).await?;
        }
        Ok(())
    }

    async fn take_as_known(&mut self, executions: &[ExecutionId]) -> Result<(), StoreError> {
        for standing in self.store.standings(executions).await? {
            self.known.insert(standing.id, Known::of(&standing));
        }
        Ok(())
    }

    async fn catch_up(
        &mut self,
        since: Timestamp,
        after: Option<ExecutionId>,
        began: Timestamp,
    ) -> Result<(), StoreError> {
        let (ids, rest) = self.store.changed_since(after, since).await?;
        self.todo.extend(ids);
        match rest {
            Some(last) => self.stage = Stage::CatchUp { since, after: Some(last), began },
            None => self.next = Some(began),
        }
        Ok(())
    }

    fn look_at(&mut self, changed: Vec<ExecutionId>) {
        self.todo.extend(changed);
        self.next = Some(self.clock.now());
    }

    /// Looks at what other nodes may have changed: what is new, and what was unfinished.
    async fn look_around(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let recent = self.store.recorded_since(now.minus(MARGIN)).await?;
        // What has ended is kept in mind only for as long as it counts as recent.
        let first = recent.first().copied();
        self.known.retain(|id, known| !known.has_ended() || first.is_some_and(|first| *id >= first));
        let under_way = self.known.iter().filter(|(_, known)| !known.has_ended()).map(|(id, _)| *id);
        let mut all: Vec<ExecutionId> = under_way.take(MOST_KNOWN).chain(recent).collect();
        all.sort_unstable();
        all.dedup();
        let standings = self.store.standings(&all).await?;
        let changed = standings.iter().filter(|it| self.known.get(&it.id) != Some(&Known::of(it)));
        let changed: Vec<ExecutionId> = changed.map(|it| it.id).collect();
        if !changed.is_empty() {
            self.look_at(changed);
        }
        Ok(())
    }

    /// Tells what is new of these, and puts back those that are too many to be told of at once.
    async fn tell_of(&mut self, executions: &[ExecutionId]) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::new();
        for standing in self.store.standings(executions).await? {
            if events.len() < ENOUGH {
                self.tell(&standing, &mut events).await?;
            } else {
                self.todo.push_front(standing.id);
            }
        }
        Ok(events)
    }

    async fn tell(
        &mut self,
        standing: &ExecutionStanding,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        let known = self.known.get(&standing.id).copied().unwrap_or_default();
        let now = if !self.which.are_of(&standing.workflow) {
            Known::of(standing)
        } else if let Some(status) = self.which.status {
            if status == standing.status && known.status != Some(status) {
                self.tell_status(standing, events).await?;
            }
            Known::of(standing)
        } else {
            self.tell_all(standing, known, events).await?
        };
        if now.entry < standing.entry {
            // The rest of a long journal comes with the next events.
            self.todo.push_front(standing.id);
        }
        self.keep(standing.id, now);
        Ok(())
    }

    /// What goes on before its steps, what has ended after them. Gives what the reader knows then.
    async fn tell_all(
        &self,
        standing: &ExecutionStanding,
        mut known: Known,
        events: &mut Vec<Event>,
    ) -> Result<Known, StoreError> {
        let is_new = known.status != Some(standing.status);
        if is_new && !standing.status.is_final() && self.tell_status(standing, events).await? {
            known.status = Some(standing.status);
        }
        if known.entry < standing.entry {
            let entries = self.store.journal_after(standing.id, known.entry).await?;
            known.entry = entries.last().map_or(standing.entry, |entry| entry.number);
            for record in entries.into_iter().flat_map(|entry| entry.records) {
                if !self.has_seen(&record) {
                    events.push(changes::step(standing, record, &self.moment)?);
                }
            }
        }
        let is_whole = known.entry >= standing.entry;
        if is_new && standing.status.is_final() && is_whole && self.tell_status(standing, events).await? {
            known.status = Some(standing.status);
        }
        Ok(known)
    }

    /// Whether it was told: of one that has gone on meanwhile there is news already.
    async fn tell_status(
        &self,
        standing: &ExecutionStanding,
        events: &mut Vec<Event>,
    ) -> Result<bool, StoreError> {
        let row = self.store.listed_execution(standing.id).await?;
        let Some(row) = row.filter(|row| row.status == standing.status) else { return Ok(false) };
        events.push(changes::execution(row, &self.moment)?);
        Ok(true)
    }

    /// Whether a reader that comes again has seen the record before.
    fn has_seen(&self, record: &StepRecord) -> bool {
        self.catching_up.is_some_and(|since| record.finished_at.is_some_and(|at| at < since))
    }

    fn keep(&mut self, id: ExecutionId, known: Known) {
        if known.has_ended() && !self.feed.is_shared() {
            self.known.remove(&id);
            return;
        }
        self.known.insert(id, known);
        if self.known.len() > 2 * MOST_KNOWN {
            // Its reader is told more than once what comes of it. The oldest stay, as the ids name the first of them.
            self.known.pop_last();
        }
    }
}

/// The id after which everything comes that can have changed since.
fn before(moment: &Moment, since: Timestamp) -> Option<ExecutionId> {
    let milliseconds = u128::try_from(since.as_micros().max(0) / 1_000).unwrap_or_default();
    let recorded = milliseconds << 80;
    let first = moment.oldest.map_or(recorded, |oldest| recorded.min(oldest.as_uuid().as_u128()));
    Some(ExecutionId::from_uuid(Uuid::from_u128(first.checked_sub(1)?)))
}
