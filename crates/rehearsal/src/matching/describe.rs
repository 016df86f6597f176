//! What a matcher asks for, in words.

use bellhop_workflow::testfile::Matcher;
use serde_json::Value;

use super::show::{cut, shown};

pub(super) fn describe(matcher: &Matcher) -> String {
    match matcher {
        Matcher::Equals(value) => shown(value),
        Matcher::Fields(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, field)| format!("{}: {}", Value::from(name.as_str()), describe(field)))
                .collect();
            cut(&format!("{{{}}}", fields.join(", ")))
        }
        Matcher::Items(items) => {
            cut(&format!("[{}]", items.iter().map(describe).collect::<Vec<_>>().join(", ")))
        }
        Matcher::Contains(inner) => format!("something that contains {}", describe(inner)),
        Matcher::Matches(pattern) => format!("text that matches /{}/", cut(pattern.as_str())),
        Matcher::Exists(true) => "anything".to_owned(),
        Matcher::Exists(false) => "nothing".to_owned(),
        Matcher::Not(inner) => format!("not {}", describe(inner)),
        Matcher::AnyOf(all) => all.iter().map(describe).collect::<Vec<_>>().join(" or "),
        Matcher::AllOf(all) => all.iter().map(describe).collect::<Vec<_>>().join(" and "),
        Matcher::Compare(comparison, number) => format!("{} {number}", comparison.in_words()),
        Matcher::Length(inner) => format!("a length of {}", describe(inner)),
        Matcher::Is(word) => format!("a value of type {}", word.as_str()),
    }
}
