//! What came of the tests as `JUnit` XML, which most CI systems read
//! (<https://github.com/testmoapp/junitxml>). A file that cannot be used is a suite with one error.

use std::fmt::Write as _;

use bellhop_rehearsal::CaseReport;

use super::suite::{Suite, Tested};

/// The report of all suites.
pub(super) fn report(suites: &[Suite]) -> String {
    let cases = || suites.iter().filter_map(Suite::tested).flat_map(|tested| &tested.cases);
    let failed = cases().filter(|case| !case.has_passed()).count();
    let errors = suites.iter().filter(|suite| suite.tested().is_none()).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        xml,
        "<testsuites name=\"bellhop test\" tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\">",
        cases().count() + errors
    );
    for suite in suites {
        match suite.tested() {
            Some(tested) => of_tested(&mut xml, suite, tested),
            None => of_unusable(&mut xml, suite),
        }
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn of_tested(xml: &mut String, suite: &Suite, tested: &Tested) {
    let failed = tested.cases.iter().filter(|case| !case.has_passed()).count();
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{}\" file=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">",
        escaped(&tested.workflow),
        escaped(&suite.file()),
        tested.cases.len(),
    );
    for case in &tested.cases {
        of_case(xml, suite, tested, case);
    }
    xml.push_str("  </testsuite>\n");
}

fn of_case(xml: &mut String, suite: &Suite, tested: &Tested, case: &CaseReport) {
    let _ = write!(
        xml,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
        escaped(&case.name),
        escaped(&tested.workflow),
        escaped(&suite.file()),
        case.line,
        case.took.as_secs_f64(),
    );
    let Some(first) = case.failures.first() else {
        xml.push_str("/>\n");
        return;
    };
    let all: Vec<String> = case.failures.iter().map(ToString::to_string).collect();
    let _ = writeln!(
        xml,
        ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
        escaped(&first.title()),
        escaped(&all.join("\n"))
    );
}

fn of_unusable(xml: &mut String, suite: &Suite) {
    let (of, mistakes) = suite.mistakes();
    let unreadable = suite.unreadable().map(str::to_owned);
    let message = unreadable
        .or_else(|| mistakes.first().map(|first| format!("{of}:{}: {}", first.line, first.message)))
        .unwrap_or_default();
    let all: Vec<String> = mistakes.iter().map(|mistake| mistake.render(&of)).collect();
    let file = escaped(&suite.file());
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{file}\" file=\"{file}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
         <testcase name=\"the file can be used\" classname=\"{file}\">\n      \
         <error message=\"{}\">{}</error>\n    </testcase>\n  </testsuite>",
        escaped(&message),
        escaped(&all.join("\n")),
    );
}

/// The text as it may stand between tags and in attributes. What XML 1.0 cannot hold at all becomes U+FFFD
/// (<https://www.w3.org/TR/xml/#charsets>).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // As themselves, attributes would make spaces of them.
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_can_end_its_attribute() {
        assert_eq!(escaped("a<b>&\"c\"\n\u{1b}\u{0}"), "a&lt;b&gt;&amp;&quot;c&quot;&#10;\u{fffd}\u{fffd}");
    }
}
