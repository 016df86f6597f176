//! The filters, tests and functions that the language has: MiniJinja's and ours.
//!
//! The lists are the language. What MiniJinja adds later is not part of it until it is listed here; a test holds
//! that everything listed exists.

/// What may follow `|`.
pub const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "b64decode",
    "b64encode",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "date",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "fromjson",
    "groupby",
    "hmac_sha256",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "parse_date",
    "regex_match",
    "regex_replace",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "sha256",
    "slice",
    "slugify",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "urlencode",
    "zip",
];

/// What may follow `is`.
pub const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// What may be called.
pub const FUNCTIONS: &[&str] = &["dict", "now", "range"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Expression, Scope};

    #[test]
    fn everything_listed_exists() {
        for (names, test) in [(FILTERS, "filter"), (TESTS, "test")] {
            for name in names {
                let exists = Expression::compile(&format!("'{name}' is {test}")).unwrap();
                assert_eq!(exists.test(&Scope::new()), Ok(true), "{test} `{name}`");
            }
        }
        for name in FUNCTIONS {
            let exists = Expression::compile(&format!("{name} is defined")).unwrap();
            assert_eq!(exists.test(&Scope::new()), Ok(true), "function `{name}`");
        }
    }
}
