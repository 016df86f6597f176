//! What holds for any crontab expression: it agrees with asking every minute in turn, never goes back, and nothing
//! panics.

use bellhop_workflow::schedule::{Cron, TimeZone, time_zone};
use bellhop_workflow::time::Timestamp;
use proptest::prelude::*;

/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;

const MINUTE: i64 = 60;

/// An item of a field, as written and as the values it means.
#[derive(Debug, Clone)]
struct Field {
    text: String,
    values: Vec<i64>,
}

fn field(min: i64, max: i64) -> impl Strategy<Value = Field> {
    let item = (0..6_u8, min..=max, min..=max, 1..=(max - min)).prop_map(move |(shape, a, b, step)| {
        let (low, high) = (a.min(b), a.max(b));
        let every = |from: i64, to: i64, step: i64| {
            (from..=to).filter(move |value| (value - from) % step == 0).collect()
        };
        match shape {
            0 => Field { text: "*".to_owned(), values: every(min, max, 1) },
            1 => Field { text: format!("*/{step}"), values: every(min, max, step) },
            2 => Field { text: format!("{low}-{high}"), values: every(low, high, 1) },
            3 => Field { text: format!("{low}-{high}/{step}"), values: every(low, high, step) },
            4 => Field { text: format!("{a}/{step}"), values: every(a, max, step) },
            _ => Field { text: a.to_string(), values: vec![a] },
        }
    });
    prop::collection::vec(item, 1..4).prop_map(|items| Field {
        text: items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join(","),
        values: items.into_iter().flat_map(|item| item.values).collect(),
    })
}

/// Minute, hour, day, month, day of the week.
fn fields() -> impl Strategy<Value = [Field; 5]> {
    let star = || Just(Field { text: "*".to_owned(), values: (0..=59).collect() });
    let often = |min, max| prop_oneof![2 => star(), 3 => field(min, max)];
    (field(0, 59), often(0, 23), often(1, 31), often(1, 12), often(0, 6)).prop_map(<[Field; 5]>::from)
}

fn text(fields: &[Field; 5]) -> String {
    fields.iter().map(|field| field.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Whether a minute of UTC fits: said by the calendar alone, with none of the engine's code.
fn fits(fields: &[Field; 5], minute: i64) -> bool {
    let (days, minute_of_day) = (minute.div_euclid(1_440), minute.rem_euclid(1_440));
    let (month, day) = month_and_day(days);
    // 1970-01-01 was a Thursday.
    let weekday = (days + 4).rem_euclid(7);
    let has = |index: usize, value: i64| fields[index].values.contains(&value);
    let star = |index: usize| fields[index].text.starts_with('*');
    let is_day =
        if star(2) || star(4) { has(2, day) && has(4, weekday) } else { has(2, day) || has(4, weekday) };
    has(0, minute_of_day % 60) && has(1, minute_of_day / 60) && has(3, month) && is_day
}

/// The month and the day of a day since 1970, by counting.
fn month_and_day(days: i64) -> (i64, i64) {
    let (mut year, mut left) = (1970, days);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while left >= 365 + i64::from(is_leap(year)) {
        left -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (month, length) in (1..).zip(lengths) {
        if left < length {
            return (month, left + 1);
        }
        left -= length;
    }
    unreachable!("a year has twelve months")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_asking_every_minute_finds(fields in fields(), start in 0..(8 * 525_960_i64)) {
        let cron = Cron::parse(&text(&fields)).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let after = BEGIN / MINUTE + start;
        let next = cron.next_after(Timestamp::from_seconds(after * MINUTE), &TimeZone::UTC);
        let next = next.map(|next| next.as_micros() / 1_000_000 / MINUTE);
        // Two years of minutes; what is further away is only asked whether it fits.
        let found = (after + 1..after + 2 * 525_960).find(|minute| fits(&fields, *minute));
        match (found, next) {
            (None, Some(next)) => {
                prop_assert!(next >= after + 2 * 525_960 && fits(&fields, next), "{}", text(&fields));
            }
            (found, next) => prop_assert_eq!(found, next, "{}", text(&fields)),
        }
    }

    #[test]
    fn it_goes_on_and_never_back_in_any_zone(
        fields in fields(),
        seconds in field(0, 59),
        // Around the changes of the clocks, and anywhere.
        start in prop_oneof![Just(88 * 86_400_i64), Just(297 * 86_400_i64), Just(66 * 86_400_i64), 0..63_072_000_i64],
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "UTC"]),
    ) {
        let (_, zone) = time_zone(zone).expect("a time zone");
        let cron = Cron::parse(&format!("{} {}", seconds.text, text(&fields)))
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let mut last = Timestamp::from_seconds(BEGIN + start);
        for _ in 0..200 {
            let Some(next) = cron.next_after(last, &zone) else { break };
            prop_assert!(next > last);
            prop_assert_eq!(cron.next_after(last, &zone), Some(next), "asked again");
            let middle = Timestamp::from_micros(last.as_micros() + (next.as_micros() - last.as_micros()) / 2);
            prop_assert_eq!(cron.next_after(middle, &zone), Some(next), "asked from between");
            last = next;
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_within_it(text in prop_oneof![
        "[-0-9*/,?LW# a-z@]{0,24}",
        any::<String>(),
        prop::collection::vec("[0-9*]{1,2}(-[0-9]{1,2})?(/[0-9]{1,3})?", 4..8).prop_map(|words| words.join(" ")),
    ]) {
        match Cron::parse(&text) {
            Ok(cron) => {
                let next = cron.next_after(Timestamp::from_seconds(BEGIN), &TimeZone::UTC);
                prop_assert_eq!(next.is_some(), cron.fires(), "{}", text);
            }
            Err(error) => {
                prop_assert!(text.get(error.range.clone()).is_some(), "{error:?}");
                prop_assert!(!error.message.is_empty() && !error.help.is_empty());
            }
        }
    }
}
