//! Hints for those who write an expression as another language has it.

use std::ops::Range;

use super::token::{self, Kind};

/// What is written elsewhere, and what is written here. A longer sign comes before one that it contains.
const HABITS: [(&str, &str); 9] = [
    ("&&", "write `and`"),
    ("||", "write `or`, or `| default(…)` for a fallback"),
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("=>", "there are no functions to write here; filters such as `map` and `select` do it"),
    ("??", "write `| default(…)`"),
    ("?.", "write `.`: testing what is undefined gives false, and `| default(…)` gives a fallback"),
    ("?", "write `a if condition else b`"),
    ("!", "write `not`"),
];

/// The first habit in an expression that does not compile: where it is, and what to write instead.
pub(super) fn find(source: &str) -> Option<(Range<usize>, &'static str)> {
    let code = without_strings(source);
    let found = HABITS.iter().find_map(|(sign, help)| {
        let is_other_sign = |at: usize| *sign == "!" && code[at..].starts_with("!=");
        let (start, _) = code.match_indices(sign).find(|(at, _)| !is_other_sign(*at))?;
        Some((start..start + sign.len(), *help))
    });
    found.or_else(|| assignment(source).map(|range| (range, "write `==` to compare")))
}

/// A lone `=` outside of a call's arguments.
fn assignment(source: &str) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    for token in token::all(source) {
        match token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth = depth.saturating_sub(1),
            Kind::Sign('=') if depth == 0 => return Some(token.range),
            _ => {}
        }
    }
    None
}

/// The source with its strings blanked, every byte in its place.
fn without_strings(source: &str) -> String {
    let mut code = source.to_owned();
    for token in token::all(source) {
        if matches!(token.kind, Kind::Text | Kind::OpenText) {
            let blank = " ".repeat(token.range.len());
            code.replace_range(token.range, &blank);
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn what_stands_in_a_string_or_is_right_is_no_habit() {
        for source in ["a != 'b && c' +", "range(a=1) )", "'?' ~ ", "\"unclosed && "] {
            assert_eq!(find(source), None, "{source}");
        }
    }
}
