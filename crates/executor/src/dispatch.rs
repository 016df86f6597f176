//! Claims executions as there is room for them, and begins them. What runs is in `leases`.

mod leases;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bellhop_meters::Meters;
use bellhop_storage::{
    Birth, Claimed, ClaimedExecution, Outage, Room, SeatOffer, Seated, Seats, Slot, Slots, StoreError,
    WorkSignal,
};
use bellhop_workflow::ids::{ExecutionId, WorkflowId};
use bellhop_workflow::time::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use self::leases::{Place, Running};
use crate::ExecutorParts;
use crate::definitions::Definitions;
use crate::lost;
use crate::meters::ExecutorMeters;
use crate::run::run;
use crate::trace::ExecutionTrace;

/// How many executions one claim takes at most: enough to share its commit, few enough that other nodes get some.
const BATCH: usize = 128;

/// How long to wait after the database did not answer a claim.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// How long to wait with the next look where all that was due at the last one is of workflows that hold all they may:
/// most of what comes in meanwhile is theirs, too.
const PAUSE_WHERE_ALL_HOLD_ENOUGH: Duration = Duration::from_millis(5);

/// Runs what is queued in the database, on this node.
pub struct Executor {
    parts: ExecutorParts,
    meters: Arc<ExecutorMeters>,
    /// Whether it claims and runs.
    is_working: AtomicBool,
    definitions: Definitions,
    slots: Arc<Slots>,
    running: Mutex<HashMap<ExecutionId, Running>>,
    /// One permit: for an execution that is begun alone.
    alone: Arc<Semaphore>,
}

/// How an execution comes to begin here.
enum Start {
    /// It was claimed.
    Claimed,
    /// It was claimed, and no other such is to begin beside it.
    Alone(OwnedSemaphorePermit),
    /// It has just come in, and is still to be recorded.
    Born(Birth),
}

impl Executor {
    /// An executor that runs nothing yet.
    #[must_use]
    pub fn new(parts: ExecutorParts) -> Arc<Self> {
        let meters = Arc::new(ExecutorMeters::new());
        let slots = Slots::new(parts.concurrency);
        meters.slots.set(i64::try_from(slots.total()).unwrap_or(i64::MAX));
        Arc::new(Self {
            meters,
            is_working: AtomicBool::default(),
            definitions: Definitions::new(parts.store.clone(), parts.catalogue),
            slots,
            running: Mutex::default(),
            alone: Arc::new(Semaphore::new(1)),
            parts,
        })
    }

    /// Claims and runs until `stop` is cancelled, then waits for what is running. Whatever still runs as `abort` is
    /// cancelled is dropped where it stands and goes on from its journal, here after a restart or on another node.
    pub fn run(
        self: Arc<Self>,
        stop: CancellationToken,
        abort: CancellationToken,
    ) -> impl Future<Output = ()> + Send {
        // From here on, not from when it is first looked at: whoever asks just after the start is not told no.
        let working = Working::begin(&self);
        async move {
            let _working = working;
            self.work(stop, abort).await;
        }
    }

    /// Whether it claims and runs: it was begun, and neither it nor the process ends.
    #[must_use]
    pub fn is_working(&self) -> bool {
        self.is_working.load(Ordering::Relaxed)
    }

    /// What is counted of the executions that run here.
    #[must_use]
    pub fn meters(&self) -> &Meters {
        &self.meters.all
    }

    async fn work(self: Arc<Self>, stop: CancellationToken, abort: CancellationToken) {
        let tracker = TaskTracker::new();
        let (seats, mut seated) = self.parts.store.offer_seats(SeatOffer {
            node: self.parts.node,
            lease: self.parts.lease,
            slots: Arc::clone(&self.slots),
            clock: Arc::clone(&self.parts.clock),
            stop: stop.clone(),
        });
        let work = async {
            // What was handed over as this stops is still begun: nobody else has it yet.
            tokio::join!(
                self.claim_until(seats, &stop, &tracker, &abort),
                self.begin_seated(&mut seated, &tracker, &abort),
            );
            tracker.close();
            tracker.wait().await;
        };
        // One task: neither half goes on where the other has panicked.
        tokio::select! {
            () = work => {}
            () = self.keep_leases() => {}
        }
    }

    /// Begins what is born running here, until nothing more can come.
    async fn begin_seated(
        self: &Arc<Self>,
        seated: &mut Seated,
        tracker: &TaskTracker,
        abort: &CancellationToken,
    ) {
        let begin = async {
            while let Some((execution, slot, birth)) = seated.next().await {
                self.start(execution, slot, Start::Born(birth), tracker, abort);
            }
        };
        tokio::select! {
            () = begin => {}
            () = abort.cancelled() => {}
        }
    }

    async fn claim_until(
        self: &Arc<Self>,
        seats: Seats,
        stop: &CancellationToken,
        tracker: &TaskTracker,
        abort: &CancellationToken,
    ) {
        let mut work = self.parts.store.work_available();
        while !stop.is_cancelled() {
            let Some(mut room) = self.room(stop).await else { return };
            let pause = match self.claim(&room).await {
                Ok(Claimed { executions, left }) => {
                    self.start_all(executions, &mut room, tracker, abort).await;
                    // What is left over is free again.
                    drop(room);
                    if left.is_empty() {
                        // Nothing waits: what comes now may begin at once.
                        seats.open();
                        let next = tokio::select! {
                            next = self.parts.store.next_due() => next,
                            () = stop.cancelled() => return,
                        };
                        self.until_due(&next)
                    } else {
                        seats.close();
                        if self.may_begin_any(&left) {
                            continue;
                        }
                        tokio::select! {
                            () = self.until_news_beside(&mut work) => continue,
                            () = stop.cancelled() => return,
                        }
                    }
                }
                Err(error) => {
                    drop(room);
                    seats.close();
                    tell(&error, "executions not claimed, will try again");
                    PAUSE_AFTER_ERROR
                }
            };
            tokio::select! {
                () = work.wait() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Takes the slots that are free, waiting until one is. Slots are taken before the claim, so that nothing is
    /// claimed that could not begin at once.
    async fn room(&self, stop: &CancellationToken) -> Option<Room> {
        tokio::select! {
            room = self.slots.room(BATCH) => room,
            () = stop.cancelled() => None,
        }
    }

    fn may_begin_any(&self, workflows: &[WorkflowId]) -> bool {
        workflows.iter().any(|workflow| self.slots.may_begin(*workflow))
    }

    /// Returns when there may be something to claim again, where all that is due is of workflows that hold as many slots
    /// as they may: one of them gives one back, or something of another workflow is due.
    async fn until_news_beside(&self, work: &mut WorkSignal) {
        let next = self.parts.store.next_due_after(self.parts.clock.now()).await;
        let pause = self.until_due(&next);
        let others = async {
            tokio::select! {
                () = work.wait() => tokio::time::sleep(PAUSE_WHERE_ALL_HOLD_ENOUGH).await,
                () = tokio::time::sleep(pause) => {}
            }
        };
        tokio::select! {
            () = self.slots.freed() => {}
            () = others => {}
        }
    }

    /// How long until something falls due that makes no signal: a pause that ends, a lease that another node lets run
    /// out. What other nodes put into the table meanwhile is found by looking, at the pace of the leases.
    fn until_due(&self, next: &Result<Option<Timestamp>, StoreError>) -> Duration {
        let look = self.parts.lease / 3;
        match next {
            Ok(Some(due)) => due.since(self.parts.clock.now()).min(look),
            Ok(None) => look,
            Err(_) => PAUSE_AFTER_ERROR,
        }
    }

    async fn claim(&self, room: &Room) -> Result<Claimed, StoreError> {
        let Self { parts, .. } = self;
        parts.store.claim_fairly(parts.node, room.standings(), parts.clock.now(), parts.lease).await
    }

    /// Starts each execution with a slot of its own.
    async fn start_all(
        self: &Arc<Self>,
        claimed: Vec<ClaimedExecution>,
        room: &mut Room,
        tracker: &TaskTracker,
        abort: &CancellationToken,
    ) {
        let (suspects, others): (Vec<_>, Vec<_>) = claimed.into_iter().partition(lost::is_suspect);
        for execution in others {
            // There are never more than there is room for.
            let Some(slot) = room.slot(execution.workflow_id) else { return };
            self.start(Box::new(execution), slot, Start::Claimed, tracker, abort);
        }
        if suspects.is_empty() {
            return;
        }
        let mut suspects = suspects.into_iter();
        let next = Arc::clone(&self.alone).try_acquire_owned().ok().zip(suspects.next());
        // Before it begins: what is not in a node's hands is not lost with it.
        let rest: Vec<ExecutionId> = suspects.map(|execution| execution.id).collect();
        self.hand_back(&rest, self.parts.clock.now().plus(lost::PAUSE)).await;
        if let Some((alone, execution)) = next
            && let Some(slot) = room.slot(execution.workflow_id)
        {
            self.start(Box::new(execution), slot, Start::Alone(alone), tracker, abort);
        }
    }

    fn start(
        self: &Arc<Self>,
        execution: Box<ClaimedExecution>,
        slot: Slot,
        start: Start,
        tracker: &TaskTracker,
        abort: &CancellationToken,
    ) {
        let token = abort.child_token();
        let (cancel, cancelled) = watch::channel(execution.cancel.clone());
        let claimed_again = Arc::new(AtomicBool::new(false));
        match self.running().entry(execution.id) {
            // Either it was put aside and is due again before that run is quite over here, or its lease could not be
            // renewed in time and was claimed back by the one who runs it. To begin it a second time could send its
            // effects twice. Once the run is over, it is handed back, if it is still held.
            Entry::Occupied(entry) => {
                entry.get().claimed_again.store(true, Ordering::Relaxed);
                tracing::info!(execution = %execution.id, "claimed again before its run was over");
                return;
            }
            Entry::Vacant(entry) => {
                let claimed_again = Arc::clone(&claimed_again);
                let renewed_from = self.parts.clock.now().plus(self.renewal());
                entry.insert(Running { abort: token.clone(), cancel, claimed_again, renewed_from });
            }
        }
        let (birth, alone) = match start {
            Start::Claimed => (None, None),
            Start::Alone(alone) => (None, Some(alone)),
            Start::Born(birth) => (Some(birth), None),
        };
        self.meters.running.up();
        let trace = ExecutionTrace::of(&self.parts.traces, &execution);
        // At every level: the id is on each line that there is.
        let span = trace.as_ref().map(|trace| tracing::error_span!("run", trace_id = %trace.id()));
        let place = Place::new(Arc::clone(self), execution.id, slot);
        let work = async move {
            let (executor, id) = (Arc::clone(&place.executor), place.id);
            let Executor { parts, meters, definitions, .. } = executor.as_ref();
            tokio::select! {
                // One that has just ended is not said to be dropped.
                biased;
                () = lost::on_probation(alone, Box::pin(run(parts, meters, definitions, execution, birth, trace, cancelled))) => {}
                () = token.cancelled() => {
                    tracing::warn!(execution = %id, "execution dropped where it stood");
                }
            }
            drop(place);
            // Nobody sets it any more: that is done where the run is found in the map.
            if claimed_again.load(Ordering::Relaxed) {
                executor.hand_back(&[id], executor.parts.clock.now()).await;
            }
        };
        match span {
            Some(span) => tracker.spawn(work.instrument(span)),
            None => tracker.spawn(work),
        };
    }

    /// Gives executions back that are held here and not run, to be claimed from then on.
    async fn hand_back(&self, executions: &[ExecutionId], due: Timestamp) {
        if let Err(error) = self.parts.store.hand_back(self.parts.node, executions, due).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(?executions, error, "executions not handed back, their leases will run out");
        }
    }

    /// Gives back whatever is still held here, so that nobody waits for its lease to run out, and says how much that was.
    /// For when [`Executor::run`] is over.
    pub async fn hand_back_rest(&self) -> Result<u64, StoreError> {
        self.parts.store.hand_back_all(self.parts.node).await
    }
}

/// Tells the operator, unless the log was told of an outage already.
fn tell(error: &StoreError, what: &str) {
    let error = error as &dyn std::error::Error;
    if Outage::is_behind(error) {
        tracing::debug!(error, "{what}");
    } else {
        tracing::error!(error, "{what}");
    }
}

/// As long as it lives, the executor works.
struct Working(Arc<Executor>);

impl Working {
    fn begin(executor: &Arc<Executor>) -> Self {
        executor.is_working.store(true, Ordering::Relaxed);
        Self(Arc::clone(executor))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.is_working.store(false, Ordering::Relaxed);
    }
}
