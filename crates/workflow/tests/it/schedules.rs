//! `schedule:` triggers, and when they fire.

use std::time::Duration;

use bellhop_workflow::model::{CatchUp, ScheduleTrigger, Timing, TriggerKind};
use bellhop_workflow::schedule::{Timetable, next_after};
use bellhop_workflow::time::Timestamp;
use rstest::rstest;

use crate::support::{good, with_schedule};

fn schedule(keys: &str) -> ScheduleTrigger {
    match good(&with_schedule(keys)).triggers.remove(0).kind {
        TriggerKind::Schedule(schedule) => schedule,
        other => panic!("{other:?}"),
    }
}

fn at(time: &str) -> Timestamp {
    Timestamp::parse(time).expect("an instant")
}

#[rstest]
#[case("cron: 0 9 * * 1-5", Timing::Cron("0 9 * * 1-5".to_owned()), "UTC", CatchUp::None)]
#[case("cron: ' 0 9 * * 1-5 '\ntimezone: europe/berlin\ncatch_up: one", Timing::Cron("0 9 * * 1-5".to_owned()), "Europe/Berlin", CatchUp::One)]
#[case("cron: '@daily'\ntimezone: utc\ncatch_up: all", Timing::Cron("@daily".to_owned()), "UTC", CatchUp::All)]
#[case("every: 1s\ncatch_up: none", Timing::Every(Duration::from_secs(1)), "UTC", CatchUp::None)]
#[case("every: 366d", Timing::Every(Duration::from_hours(366 * 24)), "UTC", CatchUp::None)]
fn what_stands_under_schedule(
    #[case] keys: &str,
    #[case] timing: Timing,
    #[case] timezone: &str,
    #[case] catch_up: CatchUp,
) {
    assert_eq!(schedule(keys), ScheduleTrigger { timing, timezone: timezone.to_owned(), catch_up });
}

#[test]
fn an_interval_counts_from_its_anchor() {
    let quarter = schedule("every: 15m");
    let anchor = at("2026-03-02T09:20:11.5Z");
    let next = |after: &str| next_after(&quarter, anchor, at(after)).map(|next| next.to_string());

    assert_eq!(next("2026-03-02T09:20:11.5Z").as_deref(), Some("2026-03-02T09:35:11.500000Z"));
    assert_eq!(next("2026-03-02T09:35:11.5Z").as_deref(), Some("2026-03-02T09:50:11.500000Z"));
    assert_eq!(next("2026-03-02T09:35:11.4Z").as_deref(), Some("2026-03-02T09:35:11.500000Z"));
    // The anchor itself is no time of it, nor is anything before.
    assert_eq!(next("2020-01-01T00:00:00Z").as_deref(), Some("2026-03-02T09:35:11.500000Z"));
    // A year and a bit later it is still in step.
    assert_eq!(next("2027-03-02T09:30:00Z").as_deref(), Some("2027-03-02T09:35:11.500000Z"));
    assert_eq!(next_after(&quarter, anchor, Timestamp::from_micros(i64::MAX)), None);
}

#[test]
fn a_time_of_the_day_is_that_of_its_zone() {
    let nine = schedule("cron: 0 9 * * *\ntimezone: America/New_York");
    let anchor = at("2026-03-01T00:00:00Z");
    assert_eq!(next_after(&nine, anchor, at("2026-03-02T09:20:11Z")), Some(at("2026-03-02T09:00-05:00")));
}

#[test]
fn the_last_times_of_a_span() {
    let anchor = at("2026-03-02T09:00:00Z");
    let hourly = Timetable::new(&schedule("cron: 0 * * * *")).expect("a timetable");
    let last = |from: &str, until: &str, limit| {
        let (times, more) = hourly.last_between(anchor, at(from), at(until), limit);
        (times.iter().map(|time| time.to_string()[11..16].to_owned()).collect::<Vec<_>>(), more)
    };
    let of = |times: &[&str], more| (times.iter().map(|time| (*time).to_owned()).collect::<Vec<_>>(), more);

    assert_eq!(
        last("2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z", 5),
        of(&["10:00", "11:00", "12:00"], false)
    );
    assert_eq!(
        last("2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z", 3),
        of(&["10:00", "11:00", "12:00"], false)
    );
    assert_eq!(last("2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z", 2), of(&["11:00", "12:00"], true));
    assert_eq!(last("2026-03-02T10:00:00.000001Z", "2026-03-02T10:59:59Z", 2), of(&[], false));
    assert_eq!(last("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z", 2), of(&[], false));

    // Ten years of seconds, without going through them one by one.
    let each_second = Timetable::new(&schedule("every: 1s")).expect("a timetable");
    let (times, more) =
        each_second.last_between(anchor, at("2016-03-02T09:00:00Z"), at("2026-03-02T09:01:00Z"), 3);
    assert_eq!((times.len(), more), (3, true));
    assert_eq!(times.last(), Some(&at("2026-03-02T09:01:00Z")));
    let each_second = Timetable::new(&schedule("cron: '* * * * * *'")).expect("a timetable");
    let (times, more) =
        each_second.last_between(anchor, at("2016-03-02T09:00:00Z"), at("2026-03-02T09:00:00Z"), 1_000);
    assert_eq!((times.len(), more), (1_000, true));
    assert_eq!(times.first(), Some(&at("2026-03-02T08:43:21Z")));
}
