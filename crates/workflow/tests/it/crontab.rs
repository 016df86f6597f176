//! Crontab expressions and their next times; most of them are in the table beside this file.

use bellhop_workflow::schedule::{Cron, TimeZone};
use bellhop_workflow::time::Timestamp;

/// Each expression with its next five times.
const TABLE: &str = include_str!("crontab.txt");

/// What the times in the table are after.
const AFTER: &str = "2026-03-02T09:20:11Z";

pub(crate) fn next_five(expression: &str, after: &str, zone: &TimeZone) -> Vec<Timestamp> {
    let cron = Cron::parse(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let after = Timestamp::parse(after).expect("an instant");
    std::iter::successors(cron.next_after(after, zone), |last| cron.next_after(*last, zone)).take(5).collect()
}

fn utc(time: &str) -> Timestamp {
    let seconds = if time.len() == "2026-03-02 09:21".len() { ":00" } else { "" };
    Timestamp::parse(&format!("{time}{seconds}Z")).expect("an instant")
}

#[test]
fn the_next_five_times_of_each_expression_in_the_table() {
    let rows = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for row in rows {
        let (expression, times) = row.split_once('|').expect("an expression and its times");
        let expected: Vec<Timestamp> = times.split('|').map(|time| utc(time.trim())).collect();
        assert_eq!(next_five(expression, AFTER, &TimeZone::UTC), expected, "{expression}");
    }
}

#[test]
fn a_date_that_no_year_has_never_comes() {
    for expression in
        ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "* * * 31 feb-feb *", "0 0 30,31 2 */2"]
    {
        let cron = Cron::parse(expression).expect(expression);
        assert!(!cron.fires(), "{expression}");
        assert_eq!(cron.next_after(utc("2026-03-02 09:20"), &TimeZone::UTC), None, "{expression}");
    }
    // With a day of the week, that is enough.
    assert!(Cron::parse("0 0 31 2 1").expect("an expression").fires());
}

#[test]
fn the_calendar_has_an_end() {
    let cron = Cron::parse("* * * * *").expect("an expression");
    let end = Timestamp::parse("9999-12-30T21:59:30Z").expect("an instant");
    assert_eq!(cron.next_after(end, &TimeZone::UTC).map(|next| next > end), Some(true));
    for beyond in [i64::MAX, i64::MIN, i64::MAX / 2] {
        assert_eq!(cron.next_after(Timestamp::from_micros(beyond), &TimeZone::UTC), None);
    }
}
