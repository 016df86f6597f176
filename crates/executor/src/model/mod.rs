//! Random workflows, ended at random instants and gone on with, held against the same workflows left alone, and against
//! what the language says.
//!
//! - [`plan`] is a random workflow, [`generate`] where it comes from, [`reference`] what it should come to;
//! - [`world`] is what it runs in, [`disk`] what outlives a crash and what must always be true of that, [`fuse`] when the
//!   crash comes;
//! - [`run`] runs it to its end.
//!
//! A rule that must hold at any time is an assertion in `disk` or `world`; one about what comes of a run is here.

mod disk;
mod fuse;
mod generate;
mod plan;
mod reference;
mod run;
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::rerun::{Point, take_over};
use proptest::prelude::*;
use proptest::sample::Index;

use self::generate::{Kind, plans};
use self::plan::{Item, Node, Plan};
use self::reference::{Came, Reference};
use self::run::{Fate, Told, run};
use self::world::Nature;
use crate::conduct::ExecutionEnd;

/// How many crash points of one plan are tried at most.
const MOST_CRASHES: u32 = 24;

fn nature(plan: &Plan, seed: u64) -> Nature {
    fn gather(items: &[Item], nature: &mut Nature) {
        for item in items {
            if let Node::ForEach { concurrency, steps, .. } = &item.node {
                nature.limits.insert(item.id.clone(), *concurrency);
                nature.firsts.insert(item.id.clone(), steps[0].id.clone());
            }
            let is_timed = matches!(item.node, Node::Wait(_) | Node::Child(_)) || !item.lists().is_empty();
            if let Some(timeout) = item.timeout.filter(|_| is_timed) {
                nature.timeouts.insert(item.id.clone(), timeout);
            }
            if item.continues {
                nature.continuing.insert(item.id.clone());
            }
            item.lists().into_iter().for_each(|list| gather(list, nature));
        }
    }
    let mut nature = Nature { seed, ..Nature::default() };
    gather(&plan.items, &mut nature);
    gather(&plan.on_failure, &mut nature);
    nature
}

/// How it ended, in the words of the reference.
fn came(told: &Told) -> Came {
    if let Some(ExecutionEnd::Failed(error)) = &told.end {
        return Came::Failed { path: error.step.clone().unwrap_or_default(), kind: error.kind.clone() };
    }
    let is_return = |record: &&StepRecord| {
        record.status == StepStatus::Succeeded
            && (record.uses == "return" || record.ended_by.is_some())
            && !record.path.contains('/')
    };
    told.records.iter().find(is_return).map_or(Came::Through, |record| {
        Came::Returned(record.ended_by.clone().unwrap_or_else(|| record.path.clone()))
    })
}

/// What must be true of any run that has ended.
fn check_end(told: &Told) {
    for record in &told.records {
        assert!(record.status.is_final(), "the end came before `{}` did: {record:?}", record.path);
        assert!(record.finished_at >= record.started_at, "{record:?}");
    }
    for (path, count) in told.disk.state() {
        let record = told.disk.get(&path).unwrap();
        assert_eq!((count, record.status), (1, StepStatus::Succeeded), "`{path}` counted");
    }
}

/// The records by their paths, without those that `ignored` says, and with as much of them as is to be the same.
fn records(told: &Told, ignored: impl Fn(&str) -> bool, is_exact: bool) -> BTreeMap<String, StepRecord> {
    let kept = told.records.iter().filter(|record| !ignored(&record.path));
    kept.map(|record| {
        let mut record = record.clone();
        if !is_exact {
            (record.input, record.output) = (None, None);
            (record.started_at, record.finished_at, record.attempt_started_at) = (None, None, None);
        }
        (record.path.clone(), record)
    })
    .collect()
}

/// The crash points of a run that had so many chances.
fn crash_points(chances: u32) -> impl Iterator<Item = u32> {
    let step = chances.div_ceil(MOST_CRASHES).max(1);
    (1..=chances).step_by(step as usize)
}

fn crashing(points: impl IntoIterator<Item = u32>, schedule: u64) -> Fate {
    Fate { crashes: points.into_iter().collect(), schedule, ..Fate::default() }
}

/// As many plans as `PROPTEST_CASES` says, and enough of them where it says nothing.
fn config() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(96), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Whatever crashes, whatever order things end in, and however long nobody is there: an execution comes to what the
    /// language says, and every step to the same.
    #[test]
    fn crashes_change_nothing(
        plan in plans(Kind::Untimed),
        seed in any::<u64>(),
        others in proptest::collection::vec(any::<Index>(), 0..4),
    ) {
        let (workflow, nature) = (plan.workflow(), nature(&plan, seed));
        let (expected, reference) = Reference::of(&plan, &nature);
        let alone = run(&workflow, &nature, Fate { keeps: true, ..Fate::default() });
        check_end(&alone);
        prop_assert_eq!(came(&alone), expected.clone());
        let is_effect = |record: &&StepRecord| matches!(record.uses.as_str(), "http" | "workflow");
        let ran = |record: &&StepRecord| record.attempts > 0 && !reference.is_open(&record.path);
        let attempts: BTreeMap<String, u32> = alone.records.iter().filter(is_effect).filter(ran)
            .map(|record| (record.path.clone(), record.attempts)).collect();
        prop_assert_eq!(&attempts, &reference.attempts);

        let is_exact = reference.stops.is_empty();
        let wanted = records(&alone, |path| reference.is_open(path), is_exact);
        for (life, point) in (1..).zip(crash_points(alone.chances)) {
            let later = others.iter().map(|other| 1 + u32::try_from(other.index(alone.chances as usize + 1)).unwrap());
            let fate = crashing(std::iter::once(point).chain(later), life);
            let told = run(&workflow, &nature, fate.clone());
            check_end(&told);
            prop_assert_eq!(came(&told), expected.clone(), "{:?}", fate);
            prop_assert_eq!(&records(&told, |path| reference.is_open(path), is_exact), &wanted, "{:?}", fate);
            if is_exact {
                prop_assert_eq!(told.took, alone.took);
                prop_assert_eq!(&told.end, &alone.end);
            }
            let late = Fate { downtime: Duration::from_secs(77), ..fate };
            let told = run(&workflow, &nature, late.clone());
            check_end(&told);
            prop_assert_eq!(came(&told), expected.clone(), "{:?}", late);
            prop_assert_eq!(
                records(&told, |path| reference.is_open(path), false),
                records(&alone, |path| reference.is_open(path), false),
                "{:?}", late
            );
        }
    }

    /// With time-outs too, as long as nobody is away.
    #[test]
    fn crashes_change_no_timeouts(
        plan in plans(Kind::Timed),
        seed in any::<u64>(),
        other in any::<Index>(),
    ) {
        let (workflow, nature) = (plan.workflow(), nature(&plan, seed));
        let alone = run(&workflow, &nature, Fate { keeps: true, ..Fate::default() });
        check_end(&alone);
        // How many items of one that stops have begun depends on the time that effects take.
        let overlaps = plan.any(|item| matches!(item.node, Node::ForEach { concurrency: 2.., .. }));
        let wanted = (!overlaps).then(|| records(&alone, |_| false, true));
        for (life, point) in (1..).zip(crash_points(alone.chances)) {
            let other = 1 + u32::try_from(other.index(alone.chances as usize + 1)).unwrap();
            let fate = crashing([point, other], life);
            let told = run(&workflow, &nature, fate.clone());
            check_end(&told);
            if let Some(wanted) = &wanted {
                prop_assert_eq!(&told.end, &alone.end, "{:?}", fate);
                prop_assert_eq!(&records(&told, |_| false, true), wanted, "{:?}", fate);
            }
            let late = Fate { downtime: Duration::from_secs(77), ..fate };
            check_end(&run(&workflow, &nature, late));
        }
    }

    /// One that repeats a failed one from its failure runs nothing again that ended well, and where everything fails as
    /// it did before, it comes to the same.
    #[test]
    fn what_is_repeated_begins_where_it_failed(plan in plans(Kind::Untimed), seed in any::<u64>()) {
        let (workflow, nature) = (plan.workflow(), nature(&plan, seed));
        let first = run(&workflow, &nature, Fate::default());
        if let Some(ExecutionEnd::Failed(_)) = &first.end {
            let taken = take_over(&workflow, &first.records, Point::Failed).unwrap();
            let kept: Vec<StepRecord> = taken.iter().filter(|step| step.status.is_final()).cloned().collect();
            let again = run(&workflow, &nature, Fate { taken: (taken, first.took), ..Fate::default() });
            check_end(&again);
            for record in &kept {
                prop_assert_eq!(again.disk.get(&record.path), Some(record.clone()));
            }
            // What an effect does depends on its path, and that of a second attempt's is another now.
            let is_renumbered = first.records.iter().any(|record| record.path.contains('#'));
            if !is_renumbered {
                prop_assert_eq!(came(&again), came(&first));
            }
        }
    }

    /// Whenever somebody cancels it, after a crash too: no step is left under way, what had ended stays as it was, and what
    /// is written tells of no more than was done.
    #[test]
    fn what_is_cancelled_leaves_nothing_under_way(
        plan in plans(Kind::Untimed),
        seed in any::<u64>(),
        crash in proptest::option::of(any::<Index>()),
    ) {
        let (workflow, nature) = (plan.workflow(), nature(&plan, seed));
        let alone = run(&workflow, &nature, Fate { keeps: true, ..Fate::default() });
        let crashes: Vec<u32> =
            crash.iter().map(|crash| 1 + u32::try_from(crash.index(alone.chances as usize + 1)).unwrap()).collect();
        for point in crash_points(alone.chances) {
            let fate = Fate { cancel: Some(point), ..crashing(crashes.iter().copied(), seed) };
            let told = run(&workflow, &nature, fate);
            check_end(&told);
            let cancelled = told.records.iter().any(|record| {
                record.error.as_ref().is_some_and(|error| error.kind == "cancelled")
            });
            prop_assert!(told.end.is_none() || !cancelled, "{:?}", told.end);
        }
    }

    /// An effect that must not be repeated begins once, whatever becomes of it.
    #[test]
    fn what_must_not_be_repeated_is_not(
        plan in plans(Kind::Unrepeatable),
        seed in any::<u64>(),
        schedule in any::<u64>(),
    ) {
        let (workflow, nature) = (plan.workflow(), nature(&plan, seed));
        let alone = run(&workflow, &nature, Fate::default());
        for point in crash_points(alone.chances) {
            let told = run(&workflow, &nature, crashing([point, 3, 5], schedule));
            check_end(&told);
        }
    }
}
