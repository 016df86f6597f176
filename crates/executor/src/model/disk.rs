//! What outlives a crash, and what must be true of it at any time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::fuse::Fuse;
use crate::journal::{NotWritten, Sink};

/// A clone is the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
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
    pub(super) fn records(&self) -> Vec<StepRecord> {
        self.contents().records.clone()
    }

    pub(super) fn get(&self, path: &str) -> Option<StepRecord> {
        let contents = self.contents();
        contents.places.get(path).map(|place| contents.records[*place].clone())
    }

    pub(super) fn write(&self, records: Vec<StepRecord>) {
        let mut contents = self.contents();
        for record in records {
            contents.put(record);
        }
    }

    /// Counts a key up, in one commit with records.
    pub(super) fn count(&self, key: &str, records: Vec<StepRecord>) -> u32 {
        let mut contents = self.contents();
        let count = contents.state.entry(key.to_owned()).or_default();
        *count += 1;
        let count = *count;
        for record in records {
            contents.put(record);
        }
        count
    }

    /// Answers a request, in one commit with records.
    pub(super) fn answer(&self, key: &str, records: Vec<StepRecord>) {
        let mut contents = self.contents();
        *contents.answers.entry(key.to_owned()).or_default() += 1;
        for record in records {
            contents.put(record);
        }
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
    fn put(&mut self, record: StepRecord) {
        let Some(place) = self.places.get(&record.path) else {
            self.places.insert(record.path.clone(), self.records.len());
            self.records.push(record);
            return;
        };
        let known = &mut self.records[*place];
        if known.status.is_final() {
            assert_eq!(*known, record, "a step that had ended was written over");
        }
        assert!(record.attempts >= known.attempts, "attempts went backwards: {known:?} {record:?}");
        assert_eq!(known.started_at, record.started_at, "a step began twice");
        if record.status == StepStatus::Running && known.status == StepStatus::Waiting {
            assert!(record.attempts > known.attempts, "an attempt that waited runs: {known:?} {record:?}");
        }
        *known = record;
    }
}

/// A process's way to the disk.
pub(super) struct DiskSink {
    pub(super) disk: Disk,
    pub(super) fuse: Arc<Fuse>,
}

impl Sink for DiskSink {
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), NotWritten>> {
        async move {
            self.fuse.chance().await;
            self.disk.write(records);
            // It may be durable and nobody told.
            self.fuse.chance().await;
            Ok(())
        }
        .boxed()
    }
}
