//! What an execution that repeats another takes over, by the paths of the records.

use bellhop_workflow::ids::StepId;
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::rerun::{Point, RerunError, take_over};
use bellhop_workflow::time::Timestamp;

use crate::support::good;

const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

const BLOCKS: &str = "
name: blocks
triggers: [manual: {}]
steps:
  - { id: before, uses: set, with: { a: 1 } }
  - id: guarded
    try:
      - { id: t1, uses: set, with: { a: 1 } }
      - { id: t2, uses: set, with: { a: 1 } }
    catch:
      - { id: c1, uses: set, with: { a: 1 } }
    finally:
      - { id: f1, uses: set, with: { a: 1 } }
      - { id: f2, uses: set, with: { a: 1 } }
  - id: route
    switch:
      - when: inputs.a
        steps: [{ id: s0, uses: set, with: { a: 1 } }]
      - default: true
        steps: [{ id: s1, uses: set, with: { a: 1 } }, { id: s2, uses: set, with: { a: 1 } }]
  - id: again
    loop: { until: false, max_iterations: 2 }
    steps: [{ id: l1, uses: set, with: { a: 1 } }]
on_failure:
  - { id: sorry, uses: set, with: { a: 1 } }
";

fn workflow() -> Workflow {
    good(BLOCKS)
}

/// The records of paths, each with a letter: `+` ended well, `!` failed, `-` cancelled. `path>cause` names what ended it.
fn records(shown: &str) -> Vec<StepRecord> {
    let record = |word: &str| {
        let (status, word) = match word.split_at(1) {
            ("+", word) => (StepStatus::Succeeded, word),
            ("!", word) => (StepStatus::Failed, word),
            ("-", word) => (StepStatus::Cancelled, word),
            _ => panic!("{word}"),
        };
        let (path, cause) = word.split_once('>').map_or((word, None), |(path, cause)| (path, Some(cause)));
        let id = path.rsplit('/').next().unwrap();
        let uses = match id {
            "guarded" => "try",
            "route" => "switch",
            "again" => "loop",
            _ => "set",
        };
        StepRecord {
            status,
            attempts: 1,
            started_at: Some(NOON),
            ended_by: cause.map(str::to_owned),
            ..StepRecord::new(StepId::new(id), path, uses)
        }
    };
    shown.split_whitespace().map(record).collect()
}

/// What is taken over: the paths of what has ended, and in brackets those of blocks that are begun in the middle.
fn taken(steps: &[StepRecord], point: Point<'_>) -> String {
    let taken = take_over(&workflow(), steps, point).unwrap();
    let shown = taken.iter().map(|step| match step.status {
        StepStatus::Pending => {
            assert_eq!((step.attempts, step.started_at), (0, Some(NOON)), "{step:?}");
            format!("[{}]", step.path)
        }
        _ => step.path.clone(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_try_goes_on_in_the_list_that_failed_it() {
    for (known, expected) in [
        (
            "+before !guarded>guarded/try/t2 +guarded/try/t1 !guarded/try/t2 +guarded/finally/f1 +guarded/finally/f2",
            "before [guarded] guarded/try/t1",
        ),
        (
            "+before !guarded>guarded/catch/c1 +guarded/try/t1 !guarded/try/t2 !guarded/catch/c1 +guarded/finally/f1",
            "before [guarded] guarded/try/t1 guarded/try/t2",
        ),
        (
            "+before !guarded>guarded/finally/f2 +guarded/try/t1 +guarded/try/t2 +guarded/finally/f1 !guarded/finally/f2",
            "before [guarded] guarded/try/t1 guarded/try/t2 guarded/finally/f1",
        ),
        // Cancelled, so that nothing says what ended it: the last list that had begun.
        (
            "+before -guarded +guarded/try/t1 !guarded/try/t2 -guarded/catch/c1",
            "before [guarded] guarded/try/t1 guarded/try/t2",
        ),
    ] {
        assert_eq!(taken(&records(known), Point::Failed), expected, "{known}");
    }
}

#[test]
fn a_step_that_is_named_is_left_out_and_so_is_all_that_comes_after() {
    let known = records(
        "+before +guarded +guarded/try/t1 +guarded/try/t2 +guarded/finally/f1 +guarded/finally/f2 +route +route/1/s1 \
         +route/1/s2 +again +again/0/l1 +again/1/l1 +on_failure/sorry",
    );
    for (step, expected) in [
        ("before", ""),
        ("guarded", "before"),
        ("t2", "before [guarded] guarded/try/t1"),
        ("guarded/finally/f2", "before [guarded] guarded/try/t1 guarded/try/t2 guarded/finally/f1"),
        (
            "s2",
            "before guarded guarded/try/t1 guarded/try/t2 guarded/finally/f1 guarded/finally/f2 [route] route/1/s1",
        ),
        (
            "again/1/l1",
            "before guarded guarded/try/t1 guarded/try/t2 guarded/finally/f1 guarded/finally/f2 route route/1/s1 \
             route/1/s2 [again] again/0/l1",
        ),
    ] {
        assert_eq!(taken(&known, Point::Step(step)), expected, "{step}");
    }
}

#[test]
fn only_what_was_reached_can_be_named_and_once() {
    let known = records("+before !guarded +guarded/try/t1 !guarded/try/t2 +again +again/0/l1 +again/1/l1");
    for name in ["t3", "s1", "guarded/try", "on_failure/sorry", ""] {
        let error = take_over(&workflow(), &known, Point::Step(name)).unwrap_err();
        assert!(matches!(error, RerunError::Unknown { .. }), "{name}: {error}");
        assert!(error.to_string().contains("`guarded/try/t1`"), "{error}");
    }
    let error = take_over(&workflow(), &known, Point::Step("l1")).unwrap_err();
    assert!(
        error.to_string().contains("`again/0/l1`") && error.to_string().contains("`again/1/l1`"),
        "{error}"
    );
}

#[test]
fn a_block_that_was_retried_is_at_its_first_attempt_again() {
    let mut known = records(
        "+before !guarded>guarded#2/try/t2 !guarded/try/t1 +guarded#2/try/t1 !guarded#2/try/t2 +guarded#2/finally/f1",
    );
    known[1].attempts = 2;
    assert_eq!(taken(&known, Point::Failed), "before [guarded] guarded/try/t1");
}

#[test]
fn a_loop_that_has_had_all_its_iterations_begins_anew() {
    let mut known = records("+before +guarded +route !again +again/0/l1 +again/1/l1");
    let message = "`false` was still false after 2 iterations".to_owned();
    known[3].error = Some(StepError { kind: "loop_exhausted".to_owned(), message, status: None });
    assert_eq!(taken(&known, Point::Failed), "before guarded route");
    known[3].error = Some(StepError { kind: "timeout".to_owned(), message: String::new(), status: None });
    assert_eq!(taken(&known, Point::Failed), "before guarded route [again] again/0/l1 again/1/l1");
}
