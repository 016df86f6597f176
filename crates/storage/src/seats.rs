//! Executions that are born running.
//!
//! A node that has room and has found nothing left to claim offers its slots. What comes in is then written as claimed
//! by that node from the start, and handed to it as the commit is through: no second commit to claim it, and nothing
//! of it is read back. Where there is no seat it is queued, as ever, and the offer ends until the node has found the
//! table empty again, so that what waits does not wait behind what comes.
//!
//! The table is the truth here too. What is handed to a node that has just gone is in there with a lease.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bellhop_workflow::time::{Clock, Timestamp};
use bytes::Bytes;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::claim::{ClaimedColumns, ClaimedExecution};
use crate::node::NodeId;
use crate::slots::{Slot, Slots};
use crate::store::Store;

/// What a node offers.
pub struct SeatOffer {
    /// Who it is.
    pub node: NodeId,
    /// How long what it is given is its own, unless it renews the lease.
    pub lease: Duration,
    /// What it runs executions in.
    pub slots: Arc<Slots>,
    /// What its leases are counted by.
    pub clock: Arc<dyn Clock>,
}

/// A node's hold on what it offers; when it is dropped, nothing more is given to it.
#[derive(Debug)]
pub struct Seats {
    all: Offers,
    mine: Arc<Offer>,
}

impl Seats {
    /// Offers the slots that are free and become free, until one is missing, or kept from whoever holds many, or
    /// [`Seats::close`].
    pub fn open(&self) {
        self.mine.is_open.store(true, Ordering::Release);
    }

    /// Offers nothing until it is opened again. What is in a commit that is under way still comes.
    pub fn close(&self) {
        self.mine.is_open.store(false, Ordering::Release);
    }
}

impl Drop for Seats {
    fn drop(&mut self) {
        self.all.list().retain(|offer| !Arc::ptr_eq(offer, &self.mine));
    }
}

/// The far end: what was born running for a node.
#[derive(Debug)]
pub struct Seated(mpsc::UnboundedReceiver<Newborn>);

/// An execution as it was written, and the slot that it was given.
#[derive(Debug)]
struct Newborn {
    columns: ClaimedColumns,
    body: Option<Bytes>,
    slot: Slot,
}

impl Seated {
    /// The next one and its slot; none once the [`Seats`] are dropped and every commit that had one is through. Safe to
    /// cancel.
    pub async fn next(&mut self) -> Option<(ClaimedExecution, Slot)> {
        loop {
            let Newborn { columns, body, slot } = self.0.recv().await?;
            // One that cannot be read is left to its lease, as one that was claimed.
            if let Some(execution) = columns.complete_or_leave(body.as_deref(), Vec::new()) {
                return Some((execution, slot));
            }
        }
    }
}

/// What all nodes of this process offer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offers(Arc<Mutex<Vec<Arc<Offer>>>>);

struct Offer {
    node: Uuid,
    lease: Duration,
    slots: Arc<Slots>,
    clock: Arc<dyn Clock>,
    is_open: AtomicBool,
    sender: mpsc::UnboundedSender<Newborn>,
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer")
            .field("node", &self.node)
            .field("is_open", &self.is_open)
            .finish_non_exhaustive()
    }
}

/// A slot that an execution is about to be written with. Free again where it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) node: Uuid,
    pub(crate) started_at: i64,
    pub(crate) lease_until: i64,
    slot: Slot,
    sender: mpsc::UnboundedSender<Newborn>,
}

impl Offers {
    /// A seat for what was recorded then, of that workflow. Where a node has none left for it, its offer ends.
    pub(crate) fn take(&self, workflow: Uuid, created_at: i64) -> Option<Seat> {
        self.list().iter().find_map(|offer| offer.seat(workflow, created_at))
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<Offer>>> {
        // The list is whole after any panic: each change to it is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Offer {
    fn seat(&self, workflow: Uuid, created_at: i64) -> Option<Seat> {
        if !self.is_open.load(Ordering::Acquire) {
            return None;
        }
        let now = self.clock.now();
        // One of a later instant is claimed when that has come.
        if Timestamp::from_micros(created_at) > now {
            return None;
        }
        let Some(slot) = self.slots.seat(workflow) else {
            self.is_open.store(false, Ordering::Release);
            return None;
        };
        Some(Seat {
            node: self.node,
            started_at: now.as_micros(),
            lease_until: now.plus(self.lease).as_micros(),
            slot,
            sender: self.sender.clone(),
        })
    }
}

impl Seat {
    /// Hands over what has been committed.
    pub(crate) fn hand_over(self, columns: ClaimedColumns, body: Option<Bytes>) {
        // A node that is gone leaves it to its lease.
        drop(self.sender.send(Newborn { columns, body, slot: self.slot }));
    }
}

impl Store {
    /// Takes a node's offer, closed for now.
    #[must_use]
    pub fn offer_seats(&self, offer: SeatOffer) -> (Seats, Seated) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mine = Arc::new(Offer {
            node: offer.node.as_uuid(),
            lease: offer.lease,
            slots: offer.slots,
            clock: offer.clock,
            is_open: AtomicBool::new(false),
            sender,
        });
        let all = self.commits().offers.clone();
        all.list().push(Arc::clone(&mine));
        (Seats { all, mine }, Seated(receiver))
    }
}
