//! What came of the tests, for a person.

use bellhop_rehearsal::{CaseReport, Coverage, Failure};

use super::suite::{Plan, Suite, Tested};
use crate::cli::diagnostics;
use crate::cli::output::{Paint, text};

/// All of it: a tree for each file, what no case reached, and how many passed.
pub(super) fn page(plan: &Plan, suites: &[Suite], shows_coverage: bool, paint: Paint) -> String {
    let mut parts: Vec<String> = suites.iter().map(|suite| of_suite(suite, shows_coverage, paint)).collect();
    parts.push(summary(suites, paint));
    let untested = plan.untested(suites);
    if shows_coverage && !untested.is_empty() {
        parts.push(format!("{} {}", paint.warning("without tests:"), text::clean(&untested.join(", "))));
    }
    parts.join("\n\n")
}

fn of_suite(suite: &Suite, shows_coverage: bool, paint: Paint) -> String {
    let (file, mistakes) = suite.mistakes();
    let mut page = String::new();
    if !mistakes.is_empty() {
        page = diagnostics::render(mistakes, &file, paint);
    }
    if let Some(why) = suite.unreadable() {
        page = format!("{} {}", paint.bad("error:"), text::clean(why));
    }
    let Some(tested) = suite.tested() else { return page.trim_end().to_owned() };
    let mut lines =
        vec![format!("{}  {}", paint.strong(&tested.workflow), paint.dim(&text::clean(&suite.file())))];
    let missed = if shows_coverage { covered(&tested.coverage, paint) } else { Vec::new() };
    for (index, case) in tested.cases.iter().enumerate() {
        let is_last = missed.is_empty() && index + 1 == tested.cases.len();
        lines.extend(of_case(case, is_last, paint));
    }
    lines.extend(missed);
    if !page.is_empty() {
        page.push('\n');
    }
    page + &lines.join("\n")
}

fn of_case(case: &CaseReport, is_last: bool, paint: Paint) -> Vec<String> {
    let (branch, below) = if is_last { ("└─", "  ") } else { ("├─", "│ ") };
    let mark = if case.has_passed() { paint.good("✓") } else { paint.bad("✗") };
    let name = text::clean(&case.name);
    let place = if case.has_passed() { String::new() } else { paint.dim(&format!("  (line {})", case.line)) };
    let mut lines = vec![format!("{} {mark} {name}{place}", paint.dim(branch))];
    let margin = paint.dim(below);
    for failure in &case.failures {
        lines.extend(of_failure(failure, paint).into_iter().map(|line| format!("{margin}     {line}")));
    }
    lines
}

fn of_failure(failure: &Failure, paint: Paint) -> Vec<String> {
    let mut lines = vec![paint.strong(&text::clean(&failure.title()))];
    for (word, said) in failure.details() {
        let said = text::clean(&said);
        let said = match word {
            "expected" => paint.added(&said),
            "got" => paint.removed(&said),
            _ => said,
        };
        lines.push(format!("  {} {said}", paint.dim(&format!("{word:<8}"))));
    }
    lines
}

/// How much the cases reach, and what they do not.
fn covered(coverage: &Coverage, paint: Paint) -> Vec<String> {
    let ((steps, all_steps), (branches, all_branches)) = (coverage.steps(), coverage.branches());
    let words = format!("{steps} of {all_steps} steps and {branches} of {all_branches} branches reached");
    let is_whole = (steps, branches) == (all_steps, all_branches);
    let mut lines = vec![format!("{} {}", paint.dim("└─"), if is_whole { paint.dim(&words) } else { words })];
    let missed = coverage
        .missed()
        .into_iter()
        .map(|what| format!("     {} {}", paint.warning("–"), text::one_line(what, 160)));
    lines.extend(missed);
    lines
}

/// How many cases passed.
pub(super) fn summary(suites: &[Suite], paint: Paint) -> String {
    let cases = || suites.iter().filter_map(Suite::tested).flat_map(|tested: &Tested| &tested.cases);
    let passed = cases().filter(|case| case.has_passed()).count();
    let failed = cases().count() - passed;
    let unusable = suites.iter().filter(|suite| suite.tested().is_none()).count();
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let mut words = vec![format!("{passed} passed")];
    if failed > 0 {
        words.push(format!("{failed} failed"));
    }
    if unusable > 0 {
        words.push(format!("{} cannot be used", count(unusable, "file")));
    }
    let words = words.join(", ");
    let words = if failed + unusable == 0 { paint.good(&words) } else { paint.bad(&words) };
    format!("{}, {}: {words}", count(suites.len(), "file"), count(passed + failed, "case"))
}
