//! Executions that are born running.
//!
//! A node that has room and has found nothing left to claim offers its slots. What comes in is then handed to it before it
//! is written down at all, and its first commit is the one that records it: what its pure steps give, the word that its
//! first effect begins, or its end, go to the disk together with the delivery ([`Birth`]). No second commit, nothing read
//! back, and whoever delivered is answered after that commit, as ever. Where there is no seat it is queued, and the offer
//! ends until the node has found the table empty again, so that what waits does not wait behind what comes.
//!
//! Nothing is lost with a node that has no chance to write: whoever records the execution has it still, and queues it.

mod birth;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bellhop_workflow::time::{Clock, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::birth::Newborn;
pub use self::birth::{Birth, FirstWrite};
pub(crate) use self::birth::{Born, record};
use crate::claim::ClaimedExecution;
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
    /// From when on it begins nothing more.
    pub stop: CancellationToken,
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

impl Seated {
    /// The next one, its slot, and the first write of it, which is still to be made; none once the [`Seats`] are dropped
    /// and all that had one have come. Safe to cancel.
    pub async fn next(&mut self) -> Option<(Box<ClaimedExecution>, Slot, Birth)> {
        let Newborn { execution, slot, birth } = self.0.recv().await?;
        Some((execution, slot, birth))
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
    stop: CancellationToken,
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

/// A slot that an execution is about to begin in. Free again where it is dropped.
#[derive(Debug)]
struct Seat {
    node: Uuid,
    started_at: Timestamp,
    lease_until: Timestamp,
    slot: Slot,
    sender: mpsc::UnboundedSender<Newborn>,
}

impl Offers {
    /// A seat for what comes in then, of that workflow. Where a node has none left for it, its offer ends.
    fn take(&self, workflow: Uuid, created_at: Timestamp) -> Option<Seat> {
        self.list().iter().find_map(|offer| offer.seat(workflow, created_at))
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<Offer>>> {
        // The list is whole after any panic: each change to it is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Offer {
    fn seat(&self, workflow: Uuid, created_at: Timestamp) -> Option<Seat> {
        if !self.is_open.load(Ordering::Acquire) || self.stop.is_cancelled() {
            return None;
        }
        let now = self.clock.now();
        // One of a later instant is claimed when that has come.
        if created_at > now {
            return None;
        }
        let Some(slot) = self.slots.seat(workflow) else {
            self.is_open.store(false, Ordering::Release);
            return None;
        };
        Some(Seat {
            node: self.node,
            started_at: now,
            lease_until: now.plus(self.lease),
            slot,
            sender: self.sender.clone(),
        })
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
            stop: offer.stop,
            sender,
        });
        let all = self.commits().offers.clone();
        all.list().push(Arc::clone(&mine));
        (Seats { all, mine }, Seated(receiver))
    }
}
