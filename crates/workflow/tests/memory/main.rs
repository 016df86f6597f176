//! What expressions may take at most, in memory and in time, whatever they are and whatever they are evaluated over.
//!
//! The allocator that counts counts for the whole process: this is a test program of its own, and one test, so that
//! nothing else allocates meanwhile.

mod nasty;
mod random;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bellhop_workflow::expression::{Expression, Scope};
use peak_alloc::PeakAlloc;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What one evaluation and its result may take beyond what they are given: as the docs promise.
const MEMORY: usize = 32 * 1024 * 1024;

/// And how long it may last, in a debug build.
const TIME: Duration = Duration::from_millis(200);

/// The largest body that a delivery has.
const BODY: usize = 2 * 1024 * 1024;

/// An event of the largest size in every shape that is expensive to someone.
fn scope(shape: &str) -> Scope {
    let half = BODY / 2;
    let data = match shape {
        "text" => json!("a".repeat(BODY)),
        "growing letters" => json!("\u{390}".repeat(half)),
        "lines" => json!("a\n".repeat(half)),
        "json" => json!(format!("[{}1]", "{\"a\":[]},".repeat(BODY / 9))),
        "lists" => (0..BODY / 8).map(|index| json!([index % 10, 1e300])).collect(),
        "maps" => (0..BODY / 13).map(|index| json!({ "a": "\u{1}'", "b": index % 10 })).collect(),
        "long texts" => (0..64).map(|index| json!(format!("{index}{}", "x".repeat(BODY / 66)))).collect(),
        "names" => Value::Object((0..BODY / 20).map(|index| (format!("{index:012}"), json!(1))).collect()),
        _ => Value::Null,
    };
    let mut scope = Scope::new();
    scope.set("event", &json!({ "data": data, "few": [3, 1, 2], "name": "Ann" }));
    scope.set_now(bellhop_workflow::time::Timestamp::from_seconds(1_772_442_014));
    scope
}

/// How long this thread has been running, without what the rest of a busy machine takes.
fn processor_time() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

/// What one evaluation takes, in bytes and in time.
fn cost(expression: &Expression, scope: &Scope) -> (usize, Duration) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let begun = processor_time();
    let value = expression.evaluate(scope);
    let time = processor_time().saturating_sub(begun);
    let memory = ALLOCATOR.peak_usage().saturating_sub(before);
    drop(value);
    (memory, time)
}

/// Holds an expression to the limits. The machine may be busy, so one of a few runs in time is enough.
fn hold(source: &str, scope: &Scope, shape: &str) {
    let expression = Expression::compile(source).unwrap_or_else(|error| panic!("{error}: {source}"));
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let (memory, time) = cost(&expression, scope);
        assert!(memory <= MEMORY, "{} KiB of {shape}: {source}", memory / 1024);
        best = best.min(time);
        if best <= TIME {
            return;
        }
    }
    panic!("{best:?} of {shape}: {source}");
}

#[test]
fn no_expression_takes_more_than_it_may() {
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    for (number, shape) in nasty::SHAPES.into_iter().enumerate() {
        let scope = scope(shape);
        for (index, source) in nasty::expressions().iter().enumerate() {
            // All of them over all shapes would take minutes: each meets two, and one of the others.
            if number < 2 || index % (nasty::SHAPES.len() - 2) == number - 2 {
                hold(source, &scope, shape);
            }
        }
        for _ in 0..20 {
            let source = random::expression().new_tree(&mut runner).expect("a random expression").current();
            if Expression::compile(&source).is_ok() {
                hold(&source, &scope, shape);
            }
        }
    }
}
