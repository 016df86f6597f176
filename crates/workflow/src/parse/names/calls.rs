//! Functions, filters and tests.

use super::Checker;
use crate::diagnostic::Code;
use crate::expression::{FILTERS, FUNCTIONS, Segment};
use crate::parse::suggest::{did_you_mean, listed, nearest};

impl Checker<'_, '_, '_> {
    pub(super) fn function(&mut self, name: &Segment) {
        if FUNCTIONS.contains(&name.name.as_str()) {
            return;
        }
        let help = if FILTERS.contains(&name.name.as_str()) {
            format!("it is a filter: write `value | {}`", name.name)
        } else if matches!(name.name.as_str(), "today" | "utcnow") {
            "write `now()`, or `now() | date` for the day".to_owned()
        } else {
            format!("functions: {}; everything else is a filter", listed(FUNCTIONS.iter().copied()))
        };
        self.report(
            Code::UnknownFunction,
            name,
            format!("no function is called `{}`", name.name),
            Some(help),
        );
    }

    pub(super) fn method(&mut self, name: &Segment) {
        let help = nearest(&name.name, FILTERS.iter().copied()).map_or_else(
            || "use a filter: `value | upper`".to_owned(),
            |filter| format!("write `value | {filter}`"),
        );
        let message = format!("values have no methods such as `{}()`", name.name);
        self.report(Code::UnknownFunction, name, message, Some(help));
    }

    pub(super) fn listed(&mut self, name: &Segment, what: &str, code: Code, known: &[&str]) {
        if known.contains(&name.name.as_str()) {
            return;
        }
        let help = did_you_mean(&name.name, known.iter().copied());
        self.report(code, name, format!("no {what} is called `{}`", name.name), help);
    }
}
