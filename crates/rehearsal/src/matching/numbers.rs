//! Numbers by their value: `1` is `1.0`.

use std::cmp::Ordering;

use serde_json::Number;

/// Which of the two is more.
pub(super) fn order(one: &Number, other: &Number) -> Option<Ordering> {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

pub(super) fn same(one: &Number, other: &Number) -> bool {
    order(one, other) == Some(Ordering::Equal)
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_whole_numbers_are_not_rounded() {
        let number = |text: &str| -> Number { text.parse().unwrap() };
        assert!(same(&number("1"), &number("1.0")));
        assert!(!same(&number("9007199254740993"), &number("9007199254740992")));
        assert_eq!(order(&number("-1"), &number("18446744073709551615")), Some(Ordering::Less));
    }
}
