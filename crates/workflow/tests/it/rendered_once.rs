//! What an expression gives is never rendered again, wherever it is put and however often it is handed on.

use bellhop_workflow::expression::{Expression, Scope, Template};
use bellhop_workflow::ids::StepId;
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::model::{Action, Workflow};
use serde_json::{Value, json};

use crate::support::good;

/// Would show a secret, a product or nothing at all, if it were rendered.
const EVIL: &str =
    "${{ event.secret }} {{ event.secret }} {% if true %}x{% endif %} ${{ 6 * 7 }} {# a #} ${{";

const WORKFLOW: &str = r#"
name: demo
triggers: [manual: {}]
vars:
  taken: ${{ event.text }}
  mixed: "a ${{ event.text }}"
  again: "${{ vars.taken }}|${{ vars.mixed }}"
steps:
  - id: first
    uses: set
    with:
      alone: ${{ event.text }}
      mixed: "a ${{ event.text }} b"
      variable: ${{ vars.again }}
      list: ["${{ event.text }}", { deep: "${{ event.map }}" }]
      filtered: ${{ event.text | replace('x', 'y') | trim }}
      json: ${{ event.map | tojson | fromjson }}
  - id: second
    uses: http
    with:
      method: POST
      url: "https://example.com/${{ event.text }}?q=${{ event.text }}"
      query: { q: "${{ event.text }}" }
      headers: { X-Text: "${{ event.text }}", X-Mixed: "a ${{ event.text }}" }
      form: { text: "${{ steps.first.output.mixed }}" }
  - id: third
    uses: log
    with: { message: "${{ steps.first.output.alone }}" }
"#;

fn scope() -> Scope {
    let mut scope = Scope::new();
    scope.set("event", &json!({ "text": EVIL, "map": { EVIL: EVIL }, "secret": "hush-hush" }));
    scope
}

fn input(workflow: &Workflow, step: usize, scope: &Scope) -> Value {
    let Action::Uses { with, .. } = &workflow.steps[step].action else { panic!("not a single step") };
    with.render(scope).expect("a value")
}

#[test]
fn text_that_looks_like_an_expression_stays_text() {
    let workflow = good(WORKFLOW);
    let mut scope = scope();
    let mut vars = serde_json::Map::new();
    for (name, tree) in &workflow.vars {
        vars.insert(name.clone(), tree.render(&scope).unwrap());
        scope.set("vars", &Value::Object(vars.clone()));
    }
    assert_eq!(vars["again"], json!(format!("{EVIL}|a {EVIL}")));

    let first = input(&workflow, 0, &scope);
    let expected = json!({
        "alone": EVIL,
        "mixed": format!("a {EVIL} b"),
        "variable": format!("{EVIL}|a {EVIL}"),
        "list": [EVIL, { "deep": { EVIL: EVIL } }],
        "filtered": EVIL.replace('x', "y"),
        "json": { EVIL: EVIL },
    });
    assert_eq!(first, expected);

    scope.set_step(&StepId::new("first"), &first, StepStatus::Succeeded, None);
    let second = input(&workflow, 1, &scope);
    assert_eq!(second["query"], json!({ "q": EVIL }));
    assert_eq!(second["headers"], json!({ "X-Text": EVIL, "X-Mixed": format!("a {EVIL}") }));
    assert_eq!(second["form"], json!({ "text": format!("a {EVIL} b") }));
    let address = second["url"].as_str().unwrap();
    assert!(address.contains("%24%7B%7B%20event.secret%20%7D%7D"), "{address}");
    assert_eq!(address.matches(['?', '/']).count(), 4, "{address}");

    assert_eq!(input(&workflow, 2, &scope), json!({ "message": EVIL }));
}

#[test]
fn an_item_that_looks_like_an_expression_stays_text() {
    let mut scope = scope();
    for item in [json!(EVIL), json!([EVIL]), json!({ EVIL: EVIL })] {
        scope.set("item", &item);
        let expression = Expression::compile("item").unwrap();
        assert_eq!(expression.evaluate(&scope), Ok(item.clone()));
        let mixed = Template::compile("<${{ item }}>").unwrap();
        let shown = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
        assert_eq!(mixed.render(&scope), Ok(json!(format!("<{shown}>"))));
    }
}
