//! The records of one execution in memory: found by their path, and which of them have changed since they were written.

use std::collections::HashMap;

use bellhop_workflow::journal::StepRecord;

/// Up to here, looking through all of them is faster than an index.
const FEW: usize = 16;

/// The records in the order the steps began.
#[derive(Debug, Default)]
pub(super) struct Records {
    slots: Vec<Slot>,
    /// Where each path is, once there are more than a [`FEW`].
    index: HashMap<String, usize>,
    /// The places of those that have changed since they were written, each once.
    changed: Vec<usize>,
}

#[derive(Debug)]
struct Slot {
    record: StepRecord,
    /// Counts the changes, so that a write clears only what it wrote.
    revision: u32,
    is_changed: bool,
}

/// What is being written: places and the revisions that they have in it.
#[derive(Debug)]
pub(super) struct Snapshot(Vec<(usize, u32)>);

impl Records {
    /// Those that are durable already.
    pub(super) fn written(records: Vec<StepRecord>) -> Self {
        let mut written = Self::default();
        for record in records {
            written.put_written(record);
        }
        written
    }

    pub(super) fn get(&self, path: &str) -> Option<&StepRecord> {
        self.place(path).map(|place| &self.slots[place].record)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &StepRecord> {
        self.slots.iter().map(|slot| &slot.record)
    }

    /// A new state that is still to be written.
    pub(super) fn put(&mut self, record: StepRecord) {
        let place = self.store(record);
        let slot = &mut self.slots[place];
        if !slot.is_changed {
            slot.is_changed = true;
            self.changed.push(place);
        }
    }

    /// A new state that is durable already.
    pub(super) fn put_written(&mut self, record: StepRecord) {
        let place = self.store(record);
        if std::mem::take(&mut self.slots[place].is_changed) {
            self.changed.retain(|changed| *changed != place);
        }
    }

    /// What is to be written, in the order the steps began, each as `show` gives it; nothing where all is written.
    pub(super) fn snapshot(
        &mut self,
        mut show: impl FnMut(&StepRecord) -> StepRecord,
    ) -> Option<(Snapshot, Vec<StepRecord>)> {
        if self.changed.is_empty() {
            return None;
        }
        self.changed.sort_unstable();
        let slots = self.changed.iter().map(|place| (*place, &self.slots[*place]));
        let (places, records) =
            slots.map(|(place, slot)| ((place, slot.revision), show(&slot.record))).unzip();
        Some((Snapshot(places), records))
    }

    /// What is to be written, in the order the steps began.
    pub(super) fn into_changed(self) -> impl Iterator<Item = StepRecord> {
        self.slots.into_iter().filter(|slot| slot.is_changed).map(|slot| slot.record)
    }

    /// The snapshot is durable: what has not changed since needs no other write.
    pub(super) fn clear(&mut self, snapshot: &Snapshot) {
        for (place, revision) in &snapshot.0 {
            let slot = &mut self.slots[*place];
            slot.is_changed = slot.revision != *revision;
        }
        let slots = &self.slots;
        self.changed.retain(|place| slots[*place].is_changed);
    }

    fn store(&mut self, record: StepRecord) -> usize {
        if let Some(place) = self.place(&record.path) {
            let slot = &mut self.slots[place];
            slot.record = record;
            slot.revision += 1;
            return place;
        }
        let place = self.slots.len();
        if place == FEW {
            let paths = self.slots.iter().map(|slot| slot.record.path.clone());
            self.index = paths.zip(0..).collect();
        }
        if place >= FEW {
            self.index.insert(record.path.clone(), place);
        }
        self.slots.push(Slot { record, revision: 0, is_changed: false });
        place
    }

    fn place(&self, path: &str) -> Option<usize> {
        if self.slots.len() <= FEW {
            return self.slots.iter().position(|slot| slot.record.path == path);
        }
        self.index.get(path).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellhop_workflow::ids::StepId;
    use bellhop_workflow::journal::StepStatus;

    fn record(path: &str, status: StepStatus) -> StepRecord {
        StepRecord { status, ..StepRecord::new(StepId::new(path), path, "set") }
    }

    fn paths(records: &mut Records) -> Vec<String> {
        let snapshot = records.snapshot(StepRecord::clone);
        snapshot.map_or_else(Vec::new, |(_, records)| records.into_iter().map(|record| record.path).collect())
    }

    #[test]
    fn each_is_found_however_many_there_are() {
        let mut records = Records::default();
        for number in 0..100 {
            records.put(record(&format!("step_{number}"), StepStatus::Running));
            records.put(record("first", StepStatus::Running));
        }
        records.put(record("step_70", StepStatus::Succeeded));

        assert_eq!(records.get("step_70").map(|record| record.status), Some(StepStatus::Succeeded));
        assert_eq!(records.get("step_3").map(|record| record.status), Some(StepStatus::Running));
        assert_eq!(records.get("step_100"), None);
        assert_eq!(records.iter().count(), 101);
        assert_eq!(paths(&mut records).len(), 101);
    }

    #[test]
    fn what_changes_while_it_is_written_is_written_again() {
        let mut records = Records::default();
        records.put(record("a", StepStatus::Running));
        records.put(record("b", StepStatus::Running));
        let (snapshot, _) = records.snapshot(StepRecord::clone).unwrap();
        records.put(record("b", StepStatus::Succeeded));
        records.put(record("c", StepStatus::Running));

        records.clear(&snapshot);

        assert_eq!(paths(&mut records), ["b", "c"]);
    }

    #[test]
    fn what_was_written_on_another_way_is_not_written_again() {
        let mut records = Records::written(vec![record("a", StepStatus::Succeeded)]);
        records.put(record("b", StepStatus::Running));

        records.put_written(record("b", StepStatus::Succeeded));

        assert_eq!(paths(&mut records), Vec::<String>::new());
    }
}
