//! Expressions that nobody thought of.

use proptest::prelude::*;

const FILTERS: [&str; 58] = [
    "abs",
    "b64encode",
    "batch(1)",
    "batch(3, event.data)",
    "capitalize",
    "chain(event.data)",
    "date",
    "default(1)",
    "dictsort",
    "e",
    "first",
    "float",
    "format(event.data)",
    "fromjson",
    "groupby('a')",
    "hmac_sha256('k')",
    "indent(900)",
    "int",
    "items",
    "join",
    "join(event.data)",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map('list')",
    "map('string')",
    "map('upper')",
    "max",
    "min",
    "parse_date",
    "regex_match('a+b')",
    "regex_replace('.', '$0$0')",
    "reject",
    "replace('a', 'bbbbbbbb')",
    "replace('', event.data)",
    "reverse",
    "round",
    "safe",
    "select",
    "sha256",
    "slice(900)",
    "slugify",
    "sort",
    "split",
    "split('a')",
    "string",
    "sum",
    "title",
    "tojson",
    "tojson(true)",
    "trim",
    "trim('ab')",
    "unique",
    "upper",
    "urlencode",
    "zip(event.data)",
];

/// A random expression over the event.
pub(super) fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => Just("event.data".to_owned()),
        1 => Just("event.few".to_owned()),
        1 => Just("event.name".to_owned()),
        1 => Just("event".to_owned()),
        1 => Just("'aab'".to_owned()),
        1 => Just("range(99999)".to_owned()),
        1 => (0..2_000_000_000_u32).prop_map(|number| number.to_string()),
        1 => (0..20_u32).prop_map(|number| number.to_string()),
        1 => Just("1e300".to_owned()),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let operators =
            prop::sample::select(vec!["~", "+", "*", "-", "**", "//", "==", "<", "in", "and", "or", "if 1 else"]);
        prop_oneof![
            3 => (inner.clone(), prop::sample::select(FILTERS.to_vec()))
                .prop_map(|(value, filter)| format!("{value} | {filter}")),
            2 => (inner.clone(), operators, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            1 => (inner.clone(), inner.clone()).prop_map(|(key, value)| format!("{{({key}): {value}}}")),
            1 => (inner.clone(), inner.clone(), inner)
                .prop_map(|(value, from, to)| format!("({value})[({from}):({to})]")),
        ]
    })
}
