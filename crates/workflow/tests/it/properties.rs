//! What holds for any text: nothing panics, and every place lies within the file.

use bellhop_workflow::diagnostic::Severity;
use bellhop_workflow::expression::{Expression, Template};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{LeadsOnly, findings, rendered, scope};

const WORKFLOW: &str = r##"name: won-deal
description: "Tell \"everybody\" about it"   # a comment
triggers:
  - close:
      credential: close
      events: [lead.created, { object_type: lead, action: created }, lead.*]
      filters: { type: equals, value: 1 }
    where: event.data.status == "won" and not event.data.x
  - webhook: { auth: { hmac: { credential: a, header: X-Sig, prefix: 'sha256=' } } }
  - manual:
vars:
  channel: "#sales"
  limits: [1, 2.5, true, ~, 0x1f]
timeout: 10m
steps:
  - &step
    id: lead
    uses: close
    with: { method: GET, path: "/lead/${{ event.lead_id | urlencode }}/" }
    retry: { max_attempts: 5, initial_interval: 1s, max_interval: 1m, multiplier: 2 }
  - id: tell
    if: ${{ steps.lead.output.value > 1000 }}
    uses: http
    with:
      method: POST
      url: https://example.com/é
      json:
        text: |
          ${{ steps.lead.output.name }} won:
            ${{ {'a': {'b': "}}"}} | tojson }}
        folded: >-
          over two
          lines ${{ vars.channel }}
    continue_on_error: true
  - { uses: log, with: { message: 'it''s ${{ steps.tell.output.status }}' } }
  - id: enrich
    parallel:
      crm: [{ id: look, uses: set, with: { a: 1 } }, { uses: log, with: { message: "${{ steps.look.output }}" } }]
      score: [{ uses: return }]
  - for_each: event.data.contacts
    as: contact
    concurrency: 4
    steps:
      - switch:
          - when: contact.name == "x"
            steps: [{ uses: set, with: { n: "${{ index }}" } }]
          - default: true
            steps: [{ uses: return }]
  - try: [{ id: risky, uses: set, with: { a: 1 } }]
    catch: [{ uses: log, with: { message: "${{ error.kind }}" } }]
    finally: [{ uses: log, with: { message: "${{ steps.risky.status }}" } }]
  - id: poll
    loop: { until: steps.check.output.a == index, max_iterations: 20, every: 30s }
    steps: [{ id: check, uses: set, with: { a: "${{ steps.enrich.output.crm }}" } }]
concurrency: { limit: 1, key: "${{ event.lead_id }}" }
mask: [event.data.contacts, 'steps.lead.output["a.b"]']
on_failure: [{ uses: log, with: { message: "${{ error.step }} ${{ steps.check.output }}" } }]
outputs: { name: "${{ steps.lead.output.name }}" }
"##;

/// Pieces that mean something to YAML or to expressions.
const PIECES: [&str; 54] = [
    "${{",
    "}}",
    "{{",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "\\",
    "\n",
    "\t",
    "  ",
    "- ",
    ": ",
    ":",
    "#",
    " #",
    "&a ",
    "*a",
    "*step",
    "<<: ",
    "!!str ",
    "!x",
    "|",
    ">",
    "%",
    "@",
    "---\n",
    "...",
    "\u{0}",
    "\u{feff}",
    "é",
    "\u{1F600}",
    "null",
    "steps.",
    "event.",
    " | upper",
    "1e999",
    "\r",
    "uses: ",
    "for_each: ",
    "steps: ",
    "switch: ",
    "parallel: ",
    "try: ",
    "catch: ",
    "loop: ",
    "when: ",
    "default: true",
    "as: ",
    "concurrency: 1",
    "id: a",
    "error.",
];

#[derive(Debug, Clone)]
enum Change {
    Insert(usize, usize),
    Remove(usize, usize),
    Copy(usize, usize, usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = 0..WORKFLOW.len();
    let change = prop_oneof![
        (place.clone(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (place.clone(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (place.clone(), place, 1..60_usize).prop_map(|(from, to, length)| Change::Copy(from, to, length)),
    ];
    prop::collection::vec(change, 1..6)
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for change in changes {
        let length = letters.len();
        match *change {
            Change::Insert(at, piece) => {
                let at = at.min(length);
                letters.splice(at..at, PIECES[piece].chars());
            }
            Change::Remove(at, count) => {
                let at = at.min(length);
                letters.drain(at..(at + count).min(length));
            }
            Change::Copy(from, to, count) => {
                let from = from.min(length);
                let part: Vec<char> = letters[from..(from + count).min(length)].to_vec();
                let to = to.min(length);
                letters.splice(to..to, part);
            }
        }
    }
    letters.into_iter().collect()
}

/// Every finding lies within the file, and can be shown.
fn sound(yaml: &str) -> Result<(), TestCaseError> {
    let diagnostics = match bellhop_workflow::parse(yaml, &LeadsOnly) {
        Ok(parsed) => parsed.warnings,
        Err(diagnostics) => {
            // Whoever is refused is told why.
            prop_assert!(diagnostics.iter().any(|one| one.severity == Severity::Error), "{diagnostics:?}");
            diagnostics
        }
    };
    let lines: Vec<&str> = yaml.split('\n').collect();
    for diagnostic in &diagnostics {
        prop_assert!((1..=lines.len()).contains(&diagnostic.line), "{diagnostic:?}");
        let width = lines[diagnostic.line - 1].chars().count();
        prop_assert!((1..=width + 1).contains(&diagnostic.column), "{diagnostic:?}");
        prop_assert!(
            (diagnostic.line, diagnostic.column) <= (diagnostic.end_line, diagnostic.end_column),
            "{diagnostic:?}"
        );
        prop_assert!(!diagnostic.message.is_empty());
        prop_assert!(diagnostic.help.as_ref().is_some_and(|help| !help.is_empty()), "{diagnostic:?}");
    }
    rendered(&diagnostics);
    Ok(())
}

#[test]
fn the_workflow_that_is_changed_is_good_itself() {
    let diagnostics = findings(WORKFLOW);
    assert!(diagnostics.is_empty(), "{}", rendered(&diagnostics));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_workflow_never_panics(changes in changes()) {
        sound(&changed(WORKFLOW, &changes))?;
    }

    #[test]
    fn any_text_never_panics(pieces in prop::collection::vec(prop_oneof![
        (0..PIECES.len()).prop_map(|piece| PIECES[piece].to_owned()),
        "[a-z ]{1,8}",
        any::<char>().prop_map(String::from),
    ], 0..40)) {
        sound(&pieces.concat())?;
    }

    #[test]
    fn any_expression_compiles_or_not_and_runs_or_not(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(vec![
            "event", ".", "data", "steps", "|", "upper", "tojson", "is", "not", "defined", "(", ")", "[", "]", "{", "}",
            "'", "\"", "a", "1", "0x", "1e", "+", "-", "~", "*", "**", "/", "//", "==", "if", "else", "and", "in", ",",
            ":", " ", "date", "regex_match", "'x'", "\\", "é", "range", "=",
        ]).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ], 0..16)) {
        let source = pieces.concat();
        if let Ok(expression) = Expression::compile(&source) {
            let scope = scope(&json!({ "data": { "a": [1, "x", null] } }));
            // Either is fine; what counts is that both come back.
            drop(expression.evaluate(&scope));
            drop(expression.test(&scope));
        }
        if let Ok(template) = Template::compile(&format!("a ${{{{ {source} }}}} b")) {
            drop(template.render(&scope(&json!({}))));
        }
    }
}
