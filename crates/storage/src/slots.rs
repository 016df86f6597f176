//! The slots of a node: how many executions it runs at once, and which workflows have them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bellhop_workflow::ids::WorkflowId;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::claim::{Standing, Standings, may_begin};

/// How many workflows' turns are remembered before those that are long past are forgotten.
const MANY_TURNS: usize = 1_024;

/// For how many slots that were given since a turn is remembered.
const LONG_AGO: u64 = 8_192;

/// A node's slots. Each that is taken is held for a workflow.
pub struct Slots {
    total: usize,
    free: Arc<Semaphore>,
    book: Mutex<Book>,
    freed: Notify,
}

/// Who has what.
#[derive(Debug, Default)]
struct Book {
    /// How many slots each workflow holds, where it holds any.
    held: HashMap<Uuid, usize>,
    /// When each workflow was last given one by a claim.
    turns: HashMap<Uuid, u64>,
    /// How many were given so far.
    given: u64,
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("total", &self.total)
            .field("free", &self.free())
            .finish_non_exhaustive()
    }
}

/// A slot that an execution has. Free again where it is dropped.
pub struct Slot {
    permit: Option<OwnedSemaphorePermit>,
    slots: Arc<Slots>,
    workflow: Uuid,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("workflow", &self.workflow).finish_non_exhaustive()
    }
}

/// Slots that are kept for what is being claimed. Free again where they are not split off before it is dropped.
#[derive(Debug)]
pub struct Room {
    permits: OwnedSemaphorePermit,
    slots: Arc<Slots>,
}

impl Slots {
    /// So many, at least one.
    #[must_use]
    pub fn new(total: usize) -> Arc<Self> {
        let total = total.clamp(1, Semaphore::MAX_PERMITS);
        let free = Arc::new(Semaphore::new(total));
        Arc::new(Self { total, free, book: Mutex::default(), freed: Notify::new() })
    }

    /// How many there are.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    /// How many are free.
    #[must_use]
    pub fn free(&self) -> usize {
        self.free.available_permits()
    }

    /// Waits until a slot is free, and takes all that are, up to so many.
    pub async fn room(self: &Arc<Self>, most: usize) -> Option<Room> {
        let mut permits = Arc::clone(&self.free).acquire_owned().await.ok()?;
        let more = self.free.available_permits().min(most.saturating_sub(1));
        if let Ok(more) = u32::try_from(more)
            && let Ok(others) = Arc::clone(&self.free).try_acquire_many_owned(more)
        {
            permits.merge(others);
        }
        Some(Room { permits, slots: Arc::clone(self) })
    }

    /// Whether another execution of that workflow may begin now.
    #[must_use]
    pub fn may_begin(&self, workflow: WorkflowId) -> bool {
        let held = self.book().held.get(&workflow.as_uuid()).copied().unwrap_or_default();
        may_begin(self.total, self.free(), held)
    }

    /// Returns once a slot has become free since this was last called. Safe to cancel.
    pub async fn freed(&self) {
        self.freed.notified().await;
    }

    /// A slot for what has just come in, where its workflow may have one.
    pub(crate) fn seat(self: &Arc<Self>, workflow: Uuid) -> Option<Slot> {
        let mut book = self.book();
        let held = book.held.get(&workflow).copied().unwrap_or_default();
        if !may_begin(self.total, self.free(), held) {
            return None;
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        book.held.insert(workflow, held + 1);
        Some(Slot { permit: Some(permit), slots: Arc::clone(self), workflow })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // The book is right after any panic: nothing in between its changes can panic.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// What there is to give, and who has what.
    #[must_use]
    pub fn standings(&self) -> Standings {
        let room = self.permits.num_permits();
        let free = room + self.slots.free();
        let book = self.slots.book();
        let mut of: HashMap<Uuid, Standing> = HashMap::with_capacity(book.turns.len());
        for (workflow, turn) in &book.turns {
            of.entry(*workflow).or_default().turn = *turn;
        }
        for (workflow, held) in &book.held {
            of.entry(*workflow).or_default().held = *held;
        }
        Standings { room, free, total: self.slots.total, of }
    }

    /// One of them, for an execution of that workflow; none where all are given.
    pub fn slot(&mut self, workflow: WorkflowId) -> Option<Slot> {
        let permit = self.permits.split(1)?;
        let workflow = workflow.as_uuid();
        self.slots.book().give(workflow);
        Some(Slot { permit: Some(permit), slots: Arc::clone(&self.slots), workflow })
    }
}

impl Book {
    fn give(&mut self, workflow: Uuid) {
        *self.held.entry(workflow).or_default() += 1;
        self.given += 1;
        self.turns.insert(workflow, self.given);
        if self.turns.len() > MANY_TURNS {
            let long_ago = self.given.saturating_sub(LONG_AGO);
            self.turns.retain(|_, turn| *turn > long_ago);
        }
    }

    fn take_back(&mut self, workflow: Uuid) {
        if let Some(held) = self.held.get_mut(&workflow) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&workflow);
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.book().take_back(self.workflow);
        // Before anybody is told.
        drop(self.permit.take());
        self.slots.freed.notify_one();
    }
}
