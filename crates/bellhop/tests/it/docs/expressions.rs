//! Expressions give what stands beside them, and everything that the language has is told of.

use std::collections::BTreeSet;

use bellhop_workflow::expression::{Expression, FILTERS, FUNCTIONS, Scope, TESTS, Template};
use bellhop_workflow::ids::StepId;
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::time::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};

use super::tables::{Row, code, rows};
use super::{Document, documents};

/// What a row has in place of a result where the expression has none.
const ERROR: &str = "an error";

/// What an example is evaluated over: `steps` has ids, all else are roots.
fn scope(roots: &Value) -> Scope {
    let mut scope = Scope::new();
    scope.set_now(Timestamp::parse("2026-03-02T09:20:11.004Z").unwrap());
    for (root, value) in roots.as_object().unwrap() {
        if root != "steps" {
            scope.set(root, value);
            continue;
        }
        for (id, step) in value.as_object().unwrap() {
            scope.set_step(&StepId::new(id), &step["output"], StepStatus::Succeeded, None);
        }
    }
    scope
}

/// The page, what its examples are over, and its rows.
fn page() -> (Scope, Vec<Row>) {
    let page = Document::named("expressions.md");
    let blocks = page.blocks();
    let roots = blocks.iter().find(|block| block.language == "json").unwrap();
    (scope(&serde_json::from_str(&roots.text).unwrap()), rows(&page.text))
}

/// What an expression gives, as it is compared: with none where it is an error.
fn given(source: &str, scope: &Scope) -> Option<Value> {
    let expression = Expression::compile(source).unwrap_or_else(|error| panic!("`{source}`: {error}"));
    expression.evaluate(scope).ok()
}

#[test]
fn every_example_gives_what_stands_beside_it() {
    let (scope, rows) = page();
    for Row { line, cells, .. } in &rows {
        let [_, _, example, result] = &cells[..] else { panic!("line {line}: {} cells", cells.len()) };
        let ([source], result) = (&code(example)[..], &code(result)[..]) else {
            panic!("line {line}: one example is evaluated")
        };
        let expected: Option<Value> = match result {
            [json] => Some(serde_json::from_str(json).unwrap_or_else(|error| panic!("line {line}: {error}"))),
            _ => None,
        };
        assert!(expected.is_some() || cells[3] == ERROR, "line {line}: {}", cells[3]);
        assert_eq!(given(source, &scope), expected, "line {line}: {source}");
    }
}

#[rstest]
#[case("Filters", FILTERS, "| ")]
#[case("Tests", TESTS, "is ")]
#[case("Functions", FUNCTIONS, "")]
fn everything_that_the_language_has_is_told_of(
    #[case] section: &str,
    #[case] known: &[&str],
    #[case] before: &str,
) {
    let (scope, rows) = page();
    let mut told = BTreeSet::new();
    for Row { line, cells, .. } in rows.iter().filter(|row| row.section == section) {
        let names = code(&cells[0]);
        let Some(first) = names.first() else { continue };
        let example = code(&cells[2])[0];
        let used = format!("{before}{first}");
        assert!(example.contains(&used), "line {line}: `{example}` does not show `{first}`");
        for name in &names {
            assert!(told.insert((*name).to_owned()), "line {line}: `{name}` is told of twice");
            let other = example.replace(&used, &format!("{before}{name}"));
            assert_eq!(given(&other, &scope), given(example, &scope), "line {line}: {other}");
        }
    }
    assert_eq!(told, known.iter().map(|name| (*name).to_owned()).collect());
}

/// What the expressions that are put beside those of others speak of.
fn elsewhere() -> Scope {
    let lead = json!({
        "id": "lead_acme", "name": "Acme", "tags": ["new", "big"], "value": 250, "a": true,
    });
    scope(&json!({
        "a": "12", "b": "1", "c": "3",
        "event": {
            "lead_id": "lead_acme",
            "data": { "x": 1, "at": "2026-03-02T09:20:11Z", "contacts": [{ "name": "Ann" }] },
            "raw": { "event": {} },
        },
        "steps": { "lead": { "output": lead }, "x": { "output": { "y": [1] } } },
        "inputs": { "x": 1 },
        "vars": { "x": 1, "channel": "#sales" },
        "execution": { "id": "01a20010", "resume_urls": { "approval": "https://bellhop.example.com/r/1" } },
        "workflow": { "name": "won-deal-to-chat" },
    }))
}

#[test]
fn every_template_in_the_text_compiles() {
    let mut seen = 0;
    for document in documents() {
        for (index, line) in document.text.lines().enumerate().filter(|(_, line)| !line.starts_with("```")) {
            let line = line.replace("\\|", "|");
            // `${{ … }}` stands for any of them.
            let any = |code: &&str| code.contains("${{") && !code.contains("${{ }}") && !code.contains('…');
            for source in code(&line).into_iter().filter(any) {
                let place = format!("{}:{}", document.path.display(), index + 1);
                Template::compile(source).unwrap_or_else(|error| panic!("{place}: {source}: {error}"));
                seen += 1;
            }
        }
    }
    assert!(seen >= 15, "{seen} templates found");
}

#[test]
fn what_is_written_instead_of_n8n_s_expressions_can_be_evaluated() {
    let scope = elsewhere();
    let mut seen = 0;
    for row in
        rows(&Document::named("coming-from-n8n.md").text).iter().filter(|row| row.section == "Expressions")
    {
        let templates = code(&row.cells[1]).into_iter().filter(|code| code.starts_with("${{"));
        let mut any = row.cells[1].starts_with("never:");
        for source in templates {
            let template = Template::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"));
            template.render(&scope).unwrap_or_else(|error| panic!("line {}: {error}", row.line));
            any = true;
            seen += 1;
        }
        assert!(any, "line {}: nothing stands there instead", row.line);
    }
    assert!(seen >= 14, "{seen} expressions found");
}

#[test]
fn what_is_written_instead_of_github_s_expressions_can_be_evaluated() {
    let scope = elsewhere();
    let mut seen = 0;
    let page = Document::named("coming-from-github-actions.md");
    for row in rows(&page.text).iter().filter(|row| row.section == "Expressions") {
        for source in code(&row.cells[1]) {
            assert!(given(source, &scope).is_some(), "line {}: {source}", row.line);
            seen += 1;
        }
    }
    assert!(seen >= 17, "{seen} expressions found");
}
