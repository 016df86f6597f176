//! What outlives a crash, and what must be true of it at any time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard};

use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::fuse::Fuse;
use super::plan::seconds;
use super::world::Nature;
use crate::journal::{NotWritten, Sink};

/// A clone is the same one.
#[derive(Debug, Clone)]
pub(super) struct Disk(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    nature: Nature,
    records: Vec<StepRecord>,
    places: HashMap<String, usize>,
    /// Durable keys.
    state: BTreeMap<String, u32>,
    /// When each child was started.
    children: BTreeMap<String, Timestamp>,
    /// How often each request was answered.
    answers: BTreeMap<String, u32>,
    /// Which effects have begun, where that must not happen twice. The peer's memory, not the server's.
    sent: BTreeSet<(String, u32)>,
}

impl Disk {
    pub(super) fn empty(nature: &Nature) -> Self {
        Self(Arc::new(Mutex::new(Contents { nature: nature.clone(), ..Contents::default() })))
    }

    pub(super) fn records(&self) -> Vec<StepRecord> {
        self.contents().records.clone()
    }

    pub(super) fn get(&self, path: &str) -> Option<StepRecord> {
        let contents = self.contents();
        contents.places.get(path).map(|place| contents.records[*place].clone())
    }

    pub(super) fn write(&self, records: Vec<StepRecord>) {
        self.contents().write(records);
    }

    /// Counts a key up, in one commit with records.
    pub(super) fn count(&self, key: &str, records: Vec<StepRecord>) -> u32 {
        let mut contents = self.contents();
        let count = contents.state.entry(key.to_owned()).or_default();
        *count += 1;
        let count = *count;
        contents.write(records);
        count
    }

    /// Answers a request, in one commit with records.
    pub(super) fn answer(&self, key: &str, records: Vec<StepRecord>) {
        let mut contents = self.contents();
        *contents.answers.entry(key.to_owned()).or_default() += 1;
        contents.write(records);
    }

    /// When a child was started, which it is where it was not.
    pub(super) fn child(&self, key: &str, now: Timestamp) -> Timestamp {
        *self.contents().children.entry(key.to_owned()).or_insert(now)
    }

    /// An effect begins that must not be repeated.
    pub(super) fn send_once(&self, path: &str, attempt: u32) {
        assert!(self.contents().sent.insert((path.to_owned(), attempt)), "`{path}` was repeated");
    }

    pub(super) fn state(&self) -> BTreeMap<String, u32> {
        self.contents().state.clone()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap()
    }
}

impl Contents {
    fn write(&mut self, records: Vec<StepRecord>) {
        for record in &records {
            self.check_that_nothing_has_stopped_it(record);
        }
        for record in records {
            self.put(record);
        }
        self.check_limits();
    }

    fn put(&mut self, record: StepRecord) {
        self.check_time(&record);
        let Some(place) = self.places.get(&record.path) else {
            self.places.insert(record.path.clone(), self.records.len());
            self.records.push(record);
            return;
        };
        let known = &mut self.records[*place];
        check_change(known, &record, self.nature.is_punctual);
        *known = record;
    }

    /// No attempt takes longer than its timeout. What was cancelled may have been between two.
    fn check_time(&self, record: &StepRecord) {
        if record.status == StepStatus::Cancelled {
            return;
        }
        let Some(timeout) = self.nature.timeouts.get(record.id.as_str()) else { return };
        if let (Some(ended), true) = (record.finished_at, self.nature.is_punctual) {
            let begun = record.attempt_started_at.or(record.started_at).unwrap();
            assert!(ended <= begun.plus(seconds(*timeout)), "it took too long: {record:?}");
        }
    }

    /// No `for_each` has more items under way than it may, those that wait included.
    fn check_limits(&self) {
        let mut items: BTreeMap<(&str, u32), BTreeSet<&str>> = BTreeMap::new();
        for record in self.records.iter().filter(|record| !record.status.is_final()) {
            let mut end = 0;
            for segment in record.path.split('/') {
                end += segment.len();
                let id = segment.split('#').next().unwrap();
                if let Some(limit) = self.nature.limits.get(id)
                    && let Some(item) = record.path[end..].split('/').nth(1)
                {
                    items.entry((&record.path[..end], *limit)).or_default().insert(item);
                }
                end += 1;
            }
        }
        for ((block, limit), items) in items {
            assert!(items.len() <= limit as usize, "`{block}` has {items:?} under way");
        }
    }

    /// No item of a `for_each` begins that comes after one that was known to have failed or returned before. Only seen
    /// where the item begins with an effect, as then the record tells of it at once.
    fn check_that_nothing_has_stopped_it(&self, record: &StepRecord) {
        if record.uses != "http" || self.places.contains_key(&record.path) {
            return;
        }
        let Some((list, id)) = record.path.rsplit_once('/') else { return };
        let Some((block, item)) = list.rsplit_once('/') else { return };
        let each = block.rsplit('/').next().unwrap().split('#').next().unwrap();
        if self.nature.firsts.get(each).is_none_or(|first| first != id) {
            return;
        }
        let item: usize = item.parse().unwrap();
        for known in &self.records {
            let Some((earlier, id)) =
                known.path.strip_prefix(block).and_then(|rest| rest.strip_prefix('/')?.split_once('/'))
            else {
                continue;
            };
            let has_stopped = match known.status {
                StepStatus::Failed => !self.nature.continuing.contains(id),
                StepStatus::Succeeded => known.uses == "return" || known.ended_by.is_some(),
                _ => false,
            };
            if !id.contains('/') && has_stopped {
                assert!(earlier.parse::<usize>().unwrap() >= item, "{known:?} was known as {record:?} began");
            }
        }
    }
}

/// How a record may follow another of the same step.
fn check_change(known: &StepRecord, record: &StepRecord, is_punctual: bool) {
    if known.status.is_final() {
        assert_eq!(known, record, "a step that had ended was written over");
    }
    assert!(record.attempts >= known.attempts, "attempts went backwards: {known:?} {record:?}");
    assert_eq!(known.started_at, record.started_at, "a step began twice");
    assert!(known.input.is_none() || known.input == record.input, "{known:?} was given {record:?}");
    let is_interrupted = record.error.as_ref().is_some_and(|error| error.kind == "interrupted");
    assert!(!is_interrupted || record.status.is_final(), "what was interrupted is tried again: {record:?}");
    if known.status == StepStatus::Waiting && record.status != StepStatus::Cancelled {
        check_waking(known, record, is_punctual);
    }
}

/// How one that waited may go on: when its time has come, and where nobody is ever away, not later.
fn check_waking(known: &StepRecord, record: &StepRecord, is_punctual: bool) {
    let goes_on = match record.status {
        StepStatus::Waiting if record.attempts == known.attempts => return,
        StepStatus::Running | StepStatus::Waiting => {
            assert!(record.attempts > known.attempts, "an attempt that waited runs: {known:?} {record:?}");
            record.attempt_started_at
        }
        // A call, or the end of a child, may come before the time is up.
        _ if matches!(known.uses.as_str(), "wait_for" | "workflow") && known.error.is_none() => return,
        _ if record.attempts > known.attempts => record.attempt_started_at,
        _ => record.finished_at,
    };
    let (goes_on, wakes_at) = (goes_on.unwrap(), known.wakes_at.unwrap());
    assert!(goes_on >= wakes_at, "too early: {known:?} {record:?}");
    assert!(goes_on == wakes_at || !is_punctual, "too late: {known:?} {record:?}");
}

/// A process's way to the disk.
pub(super) struct DiskSink {
    pub(super) disk: Disk,
    pub(super) fuse: Arc<Fuse>,
}

impl DiskSink {
    /// Some writes take longer than others.
    async fn take_a_while(&self, records: &[StepRecord]) {
        let mut hasher = DefaultHasher::new();
        (records.len(), self.fuse.passed()).hash(&mut hasher);
        for _ in 0..=hasher.finish() % 3 {
            self.fuse.chance().await;
        }
    }
}

impl Sink for DiskSink {
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), NotWritten>> {
        async move {
            self.take_a_while(&records).await;
            self.disk.write(records);
            // It may be durable and nobody told.
            self.fuse.chance().await;
            Ok(())
        }
        .boxed()
    }
}
