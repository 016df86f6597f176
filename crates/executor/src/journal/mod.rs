//! When what is known must be durable.
//!
//! Pure steps need no commit of their own: they give the same again over what is journalled. Before an effect
//! begins, all that it depends on is written, together with the word that it begins; so each effect costs one commit,
//! which it shares with every other execution's of the moment, and with the other branches of its own.
//!
//! A [`Journal`] may be used by branches that run side by side: what one of them has written holds what all of them had
//! noted before. In memory it has what steps really gave; what goes out is masked, see [`crate::mask`].

mod patience;
mod records;
mod sink;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bellhop_storage::StoreError;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;

pub(crate) use self::patience::Patience;
use self::records::{Records, Snapshot};
pub(crate) use self::sink::{NotWritten, Nowhere, Sink, StoreSink};
use crate::mask::{Mask, UnveilError};

/// Why an execution is let go of before its end. Whoever claims it next goes on from its journal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LetGo {
    /// It began before it was written down, and then it was not: the event had started another, or the database did not
    /// take it, which whoever brought it was told.
    #[error("it was not recorded")]
    NotRecorded,
    /// The lease was lost, and nothing more may be done for it here.
    #[error("another node has taken it over")]
    Lost,
    /// This process can write nothing more.
    #[error("the store was closed")]
    Closed,
    /// The database did not give what it takes to go on.
    #[error("what it needs of the database cannot be read")]
    Unread(#[source] StoreError),
    /// What was sealed here a moment ago does not open.
    #[error("what was masked a moment ago cannot be opened")]
    Sealed(#[source] UnveilError),
}

/// What is known of one execution's steps, durable or about to be.
pub(crate) struct Journal {
    execution: ExecutionId,
    sink: Box<dyn Sink>,
    mask: Mask,
    // Never held while anything is awaited.
    records: Mutex<Records>,
    /// Held through each try to write, so that what is older is never written over what is newer.
    writing: tokio::sync::Mutex<()>,
}

/// What came of a write that has something beside the records in its commit.
pub(crate) enum Commit<T> {
    /// It is durable, with this record.
    Done(T, Box<StepRecord>),
    /// Nothing was written.
    Refused(T),
}

impl Journal {
    /// Goes on from what earlier claims of the execution have written, in the words of [`Mask::unveil`].
    pub(crate) fn new(
        execution: ExecutionId,
        sink: impl Sink + 'static,
        mask: Mask,
        written: Vec<StepRecord>,
    ) -> Self {
        Self {
            execution,
            sink: Box::new(sink),
            mask,
            records: Mutex::new(Records::written(written)),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// The last record of a step.
    pub(crate) fn step(&self, path: &str) -> Option<StepRecord> {
        self.records().get(path).cloned()
    }

    /// What `look` sees in the last record of a step.
    pub(crate) fn look<T>(&self, path: &str, look: impl FnOnce(&StepRecord) -> T) -> Option<T> {
        self.records().get(path).map(look)
    }

    /// Whether a step has begun.
    pub(crate) fn knows(&self, path: &str) -> bool {
        self.records().get(path).is_some()
    }

    /// All records, in the order the steps began.
    pub(crate) fn all(&self) -> Vec<StepRecord> {
        self.records().iter().cloned().collect()
    }

    /// The first record that is `wanted`.
    pub(crate) fn find(&self, wanted: impl Fn(&StepRecord) -> bool) -> Option<StepRecord> {
        self.records().iter().find(|record| wanted(record)).cloned()
    }

    /// Notes a step's new state, durable with the next commit.
    pub(crate) fn note(&self, record: StepRecord) {
        self.mask.learn_from(&record);
        self.sink.count(&record);
        self.records().put(record);
    }

    /// Ends each step that is `wanted` and has not ended, so that the history shows where it was.
    pub(crate) fn end_unfinished(
        &self,
        wanted: impl Fn(&StepRecord) -> bool,
        status: StepStatus,
        error: &StepError,
        now: Timestamp,
    ) {
        let mut records = self.records();
        let unfinished: Vec<StepRecord> =
            records.iter().filter(|record| !record.status.is_final() && wanted(record)).cloned().collect();
        for mut record in unfinished {
            record.status = status;
            record.finished_at = Some(now);
            record.wakes_at = None;
            record.error = Some(error.clone());
            self.sink.count(&record);
            records.put(record);
        }
    }

    /// Makes durable what was noted. Tries until the database takes it; only a lost lease ends the tries, or a store that
    /// was closed for good.
    pub(crate) async fn flush(&self) -> Result<(), LetGo> {
        let mut patience = Patience::new(self.execution, "journal not written");
        loop {
            match self.try_flush().await {
                Ok(()) => return Ok(()),
                Err(NotWritten::LetGo(reason)) => return Err(reason),
                Err(NotWritten::NotNow(error)) => patience.wait(&error).await,
            }
        }
    }

    /// Makes durable what was noted, in one commit with something else, with the same patience. `write` is told what
    /// was noted, and whether it was asked before and ended in an error: that try may have gone through all the same.
    pub(crate) async fn commit_with<T, W>(
        &self,
        write: impl Fn(Vec<StepRecord>, bool) -> W,
    ) -> Result<T, LetGo>
    where
        W: Future<Output = Result<Commit<T>, NotWritten>>,
    {
        let mut patience = Patience::new(self.execution, "journal not written");
        let mut again = false;
        loop {
            match self.try_commit(|records| write(records, again)).await {
                Ok(done) => return Ok(done),
                Err(NotWritten::LetGo(reason)) => return Err(reason),
                Err(NotWritten::NotNow(error)) => patience.wait(&error).await,
            }
            again = true;
        }
    }

    /// Makes durable what was noted if the execution itself is still to be written down: before anything that takes its
    /// time, or that looks for the execution in the database.
    pub(crate) async fn flush_unborn(&self) -> Result<(), LetGo> {
        if self.sink.is_unborn() { self.flush().await } else { Ok(()) }
    }

    /// How many steps it knows.
    pub(crate) fn len(&self) -> usize {
        self.records().iter().count()
    }

    async fn try_flush(&self) -> Result<(), NotWritten> {
        let _writing = self.writing.lock().await;
        // Taken only now: whoever wrote while this waited may have written all of it.
        let Some((snapshot, records)) = self.snapshot() else {
            if self.sink.is_unborn() {
                self.sink.append(Vec::new()).await?;
            }
            return Ok(());
        };
        self.sink.append(records).await?;
        // Only now: whoever drops this before it ends leaves what was noted to be written. Written twice, a record is
        // the same record.
        self.records().clear(&snapshot);
        Ok(())
    }

    async fn try_commit<T, W>(&self, write: impl FnOnce(Vec<StepRecord>) -> W) -> Result<T, NotWritten>
    where
        W: Future<Output = Result<Commit<T>, NotWritten>>,
    {
        let _writing = self.writing.lock().await;
        if self.sink.is_unborn() {
            // What is written now belongs to an execution that is there.
            self.sink.append(Vec::new()).await?;
        }
        let (snapshot, records) = self.snapshot().unzip();
        match write(records.unwrap_or_default()).await? {
            Commit::Refused(refusal) => Ok(refusal),
            Commit::Done(done, record) => {
                self.mask.learn_from(&record);
                self.sink.count(&record);
                let mut records = self.records();
                if let Some(snapshot) = snapshot {
                    records.clear(&snapshot);
                }
                records.put_written(*record);
                Ok(done)
            }
        }
    }

    /// Returns once no try to write is under way. Whoever is about to drop a future that may write waits for this first,
    /// and goes on polling the future meanwhile: what is durable and what is in memory are then the same.
    pub(crate) async fn quiet(&self) -> impl Drop + '_ {
        self.writing.lock().await
    }

    /// What was noted and is not durable, as it is to be written by whoever ends or suspends the execution.
    pub(crate) fn unwritten(&self) -> Vec<StepRecord> {
        self.snapshot().map(|(_, records)| records).unwrap_or_default()
    }

    /// The same from one that is not needed any more, without a copy where nothing is hidden.
    pub(crate) fn into_unwritten(self) -> Vec<StepRecord> {
        let records = self.records.into_inner().unwrap_or_else(PoisonError::into_inner).into_changed();
        records.map(|record| self.mask.veil(record)).collect()
    }

    /// What must be hidden in the history.
    pub(crate) fn mask(&self) -> &Mask {
        &self.mask
    }

    fn snapshot(&self) -> Option<(Snapshot, Vec<StepRecord>)> {
        self.records().snapshot(|record| self.mask.veil(record.clone()))
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        // The records are whole after any panic: each change to them is complete before anything else is called.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
