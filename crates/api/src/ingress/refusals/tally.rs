//! Which refused requests are kept whole, and how many more there were. No number of requests makes it grow beyond its
//! bounds: hooks that nobody has count as one.

use std::collections::{BTreeMap, HashMap};

use bellhop_storage::{NewDelivery, NewRefusals};
use bellhop_workflow::ids::{HookId, WorkflowId};
use bellhop_workflow::time::Timestamp;

/// So many of a kind are kept whole in a minute: enough to see what is the matter.
const SAMPLE: u32 = 10;

/// So many are kept whole in an hour, of whatever kind: whoever tries every kind at every hook gets no more.
const SAMPLE_OF_AN_HOUR: u32 = 1_000;

/// How many bytes of headers are kept of one.
const HEADERS: usize = 2_048;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// What a refused request is counted with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Kind {
    /// None for every hook that nobody has: their ids are the sender's to choose, and without number.
    hook: Option<(HookId, WorkflowId)>,
    reason: &'static str,
}

impl Kind {
    fn of(delivery: &NewDelivery, reason: &'static str) -> Self {
        Self { hook: delivery.workflow_id.map(|id| (delivery.hook_id.clone(), id)), reason }
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    requests: u64,
    bytes: u64,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// What has gathered since it was last taken.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) sample: Vec<NewDelivery>,
    /// The kinds of the sample, in its order.
    kinds: Vec<Kind>,
    /// By kind and hour.
    counts: BTreeMap<(Kind, i64), Count>,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The minute that `kept` is about.
    minute: i64,
    /// How many of each kind were kept whole in it.
    kept: HashMap<Kind, u32>,
    /// The hour that `kept_in_hour` is about.
    hour: i64,
    kept_in_hour: u32,
    gathered: Gathered,
}

impl Tally {
    /// Counts the delivery, where it is not one that is kept whole: false where it is, to be given to [`Self::keep`].
    pub(super) fn counts(&mut self, delivery: &NewDelivery, reason: &'static str) -> bool {
        let kind = Kind::of(delivery, reason);
        let counts = !self.keeps(&kind, delivery.received_at);
        if counts {
            self.gathered.count(kind, delivery.received_at, delivery.size);
        }
        counts
    }

    /// Keeps the delivery whole.
    pub(super) fn keep(&mut self, delivery: NewDelivery, reason: &'static str) {
        self.gathered.kinds.push(Kind::of(&delivery, reason));
        self.gathered.sample.push(shortened(delivery, reason));
    }

    /// Everything that has gathered, which is somebody else's now.
    pub(super) fn take(&mut self) -> Gathered {
        std::mem::take(&mut self.gathered)
    }

    /// What could not be written: it is counted, the sample as well. Kept as it is, it would pile up while the database
    /// is away.
    pub(super) fn put_back(&mut self, gathered: Gathered) {
        for ((kind, _), count) in gathered.counts {
            self.gathered.add(kind, count);
        }
        for (delivery, kind) in gathered.sample.into_iter().zip(gathered.kinds) {
            self.gathered.count(kind, delivery.received_at, delivery.size);
        }
    }

    /// Whether one of that kind is kept whole.
    fn keeps(&mut self, kind: &Kind, at: Timestamp) -> bool {
        let (minute, hour) = (at.as_micros().div_euclid(MINUTE), at.as_micros().div_euclid(HOUR));
        if minute != self.minute {
            self.minute = minute;
            self.kept.clear();
        }
        if hour != self.hour {
            self.hour = hour;
            self.kept_in_hour = 0;
        }
        let kept = self.kept.entry(kind.clone()).or_default();
        let keeps = *kept < SAMPLE && self.kept_in_hour < SAMPLE_OF_AN_HOUR;
        if keeps {
            *kept += 1;
            self.kept_in_hour += 1;
        }
        keeps
    }
}

impl Gathered {
    pub(super) fn is_empty(&self) -> bool {
        self.sample.is_empty() && self.counts.is_empty()
    }

    pub(super) fn counted(&self) -> Vec<NewRefusals> {
        let counts = self.counts.iter();
        counts
            .map(|((kind, _), count)| {
                let (hook_id, workflow_id) = kind.hook.clone().unzip();
                NewRefusals {
                    hook_id,
                    workflow_id,
                    reason: kind.reason.to_owned(),
                    requests: count.requests,
                    bytes: count.bytes,
                    first_at: count.first_at,
                    last_at: count.last_at,
                }
            })
            .collect()
    }

    fn count(&mut self, kind: Kind, at: Timestamp, size: u64) {
        self.add(kind, Count { requests: 1, bytes: size, first_at: at, last_at: at });
    }

    fn add(&mut self, kind: Kind, more: Count) {
        let hour = more.first_at.as_micros().div_euclid(HOUR);
        let count = self.counts.entry((kind, hour)).or_insert(Count { requests: 0, bytes: 0, ..more });
        count.requests += more.requests;
        count.bytes = count.bytes.saturating_add(more.bytes);
        count.first_at = count.first_at.min(more.first_at);
        count.last_at = count.last_at.max(more.last_at);
    }
}

/// The delivery with as much of its headers as a sample is worth.
fn shortened(mut delivery: NewDelivery, reason: &'static str) -> NewDelivery {
    let mut room = HEADERS;
    delivery.headers.retain(|(name, value)| {
        let fits = name.len() + value.len() <= room;
        if fits {
            room -= name.len() + value.len();
        }
        fits
    });
    delivery.reason = Some(reason.to_owned());
    delivery
}

#[cfg(test)]
mod tests {
    use bellhop_storage::Outcome;
    use bellhop_workflow::ids::DeliveryId;
    use bytes::Bytes;

    use super::*;

    /// The beginning of an hour.
    const NOON: i64 = 1_772_452_800_000_000;

    fn add(tally: &mut Tally, delivery: NewDelivery, reason: &'static str) {
        if !tally.counts(&delivery, reason) {
            tally.keep(delivery, reason);
        }
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(NOON + micros)
    }

    fn refused(hook: &str, workflow: Option<WorkflowId>, at: Timestamp) -> NewDelivery {
        NewDelivery {
            id: DeliveryId::generate(at),
            hook_id: HookId::new(hook),
            workflow_id: workflow,
            outcome: Outcome::Rejected,
            reason: None,
            event_id: None,
            event_type: None,
            received_at: at,
            size: 3,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    #[test]
    fn ten_of_a_kind_are_kept_in_a_minute_and_the_rest_counted() {
        let mut tally = Tally::default();
        for number in 0..25 {
            add(&mut tally, refused(&format!("random-{number}"), None, at(number)), "unknown_hook");
        }
        add(&mut tally, refused("random", None, at(MINUTE)), "unknown_hook");
        let gathered = tally.take();
        assert_eq!(gathered.sample.len(), 11);
        let [counted] = &gathered.counted()[..] else { panic!("all unknown hooks are one kind") };
        assert_eq!((counted.requests, counted.bytes, &counted.hook_id), (15, 45, &None));
        assert_eq!((counted.first_at, counted.last_at), (at(10), at(24)));
        assert!(tally.take().is_empty());
    }

    #[test]
    fn each_hook_and_reason_has_a_sample_of_its_own_and_each_hour_a_count() {
        let workflow = Some(WorkflowId::generate(at(0)));
        let mut tally = Tally::default();
        for (hook, reason) in [("one", "no_key"), ("one", "not_json"), ("other", "no_key")] {
            for hour in 0..2 {
                for number in 0..12 {
                    add(&mut tally, refused(hook, workflow, at(hour * HOUR + number)), reason);
                }
            }
        }
        let gathered = tally.take();
        assert_eq!(gathered.sample.len(), 3 * 2 * 10);
        let counted = gathered.counted();
        assert_eq!(counted.len(), 3 * 2);
        assert!(counted.iter().all(|count| count.requests == 2));
    }

    #[test]
    fn an_hour_has_a_bound_however_many_kinds_there_are() {
        let mut tally = Tally::default();
        for number in 0..3_000_i64 {
            let hook = format!("hook-{}", number % 500);
            add(&mut tally, refused(&hook, Some(WorkflowId::generate(at(0))), at(number)), "no_key");
        }
        assert_eq!(tally.take().sample.len(), 1_000);
    }

    #[test]
    fn what_could_not_be_written_is_counted_once() {
        let mut tally = Tally::default();
        for number in 0..15 {
            add(&mut tally, refused("random", None, at(number)), "unknown_hook");
        }
        let gathered = tally.take();
        tally.put_back(gathered);
        let again = tally.take();
        assert!(again.sample.is_empty());
        assert_eq!((again.counted()[0].requests, again.counted()[0].bytes), (15, 45));
    }

    #[test]
    fn a_sample_keeps_little_of_large_headers() {
        let mut delivery = refused("random", None, at(0));
        let header = |name: &str, length| (name.to_owned(), "x".repeat(length));
        delivery.headers = vec![header("a", 1_000), header("b", 2_000), header("c", 1_000)];
        let kept = shortened(delivery, "no_key").headers;
        assert_eq!(kept.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    }
}
