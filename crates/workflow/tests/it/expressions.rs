//! What expressions mean.

use bellhop_workflow::expression::{Expression, ExpressionError, Scope, Template};
use bellhop_workflow::ids::StepId;
use bellhop_workflow::journal::{StepError, StepStatus};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{evaluate, good, render, scope, with_step};

fn event() -> Value {
    json!({
        "id": "ev_1",
        "lead_id": "lead_1",
        "data": { "name": "Acme", "value": 250, "big": 9_007_199_254_740_993_i64, "ratio": 1.5, "gone": null,
            "tags": ["a", "b"], "is_won": true, "nested": { "k": [1, { "x": 2 }] } },
    })
}

#[rstest]
#[case("event.data.value", json!(250))]
#[case("event.data.big", json!(9_007_199_254_740_993_i64))]
#[case("event.data.big + 1", json!(9_007_199_254_740_994_i64))]
#[case("event.data.ratio", json!(1.5))]
#[case("event.data.value / 100", json!(2.5))]
#[case("event.data.value // 100", json!(2))]
#[case("event.data.gone", json!(null))]
#[case("event.data.is_won", json!(true))]
#[case("event.data.tags", json!(["a", "b"]))]
#[case("event.data.nested", json!({ "k": [1, { "x": 2 }] }))]
#[case("event.data.nested.k[1].x", json!(2))]
#[case("event['data']['name']", json!("Acme"))]
#[case("'won' if event.data.is_won else 'lost'", json!("won"))]
#[case("[event.id, {'n': event.data.value}]", json!(["ev_1", { "n": 250 }]))]
#[case("event.data.name | upper", json!("ACME"))]
#[case("event.data.tags | map('upper') | join(', ')", json!("A, B"))]
#[case("event.data.missing | default('none')", json!("none"))]
#[case("event.data.missing is defined", json!(false))]
#[case("event.data.value > 100 and event.data.name == 'Acme'", json!(true))]
#[case("'a' in event.data.tags", json!(true))]
#[case("event.data.tags[-1]", json!("b"))]
#[case("range(3)", json!([0, 1, 2]))]
#[case("18446744073709551615", json!(18_446_744_073_709_551_615_u64))]
#[case("'}}' ~ '${{'", json!("}}${{"))]
fn values_keep_their_type(#[case] source: &str, #[case] expected: Value) {
    assert_eq!(evaluate(source, &event()), Ok(expected));
}

#[rstest]
#[case("event.data.missing", false)]
#[case("not event.data.missing", true)]
#[case("event.data.missing or event.data.is_won", true)]
#[case("event.data.missing and event.data.is_won", false)]
#[case("event.data.gone", false)]
#[case("''", false)]
#[case("'false'", true)]
#[case("[]", false)]
#[case("0", false)]
#[case("event.data.tags", true)]
#[case("event.data.missing is defined and event.data.missing > 3", false)]
fn truth(#[case] source: &str, #[case] holds: bool) {
    assert_eq!(Expression::compile(source).unwrap().test(&scope(&event())), Ok(holds));
}

#[rstest]
#[case("event.data.missing", "`event.data.missing` is undefined")]
#[case("event.missing.name", "`event.missing` is undefined, in `event.missing.name`")]
#[case("event.data.missing + 1", "`event.data.missing` is undefined, in `event.data.missing + 1`")]
#[case("event.data.missing > 3", "`event.data.missing` is undefined, in `event.data.missing > 3`")]
#[case("event.data.missing ~ 'x'", "`event.data.missing` is undefined, in `event.data.missing ~ 'x'`")]
#[case("[1, event.data.missing]", "`event.data.missing` is undefined, in `[1, event.data.missing]`")]
#[case(
    "{'a': {'b': event.data.missing}}",
    "`event.data.missing` is undefined, in `{'a': {'b': event.data.missing}}`"
)]
#[case("event.data.missing | upper", "`event.data.missing` is undefined, in `event.data.missing | upper`")]
#[case("event.data.missing | tojson", "`event.data.missing` is undefined, in `event.data.missing | tojson`")]
#[case(
    "[event.data.missing] | tojson",
    "`event.data.missing` is undefined, in `[event.data.missing] | tojson`"
)]
#[case("event.data.missing | date", "`event.data.missing` is undefined, in `event.data.missing | date`")]
#[case(
    "event.data.missing | urlencode",
    "`event.data.missing` is undefined, in `event.data.missing | urlencode`"
)]
#[case("event.data.missing | length", "`event.data.missing` is undefined, in `event.data.missing | length`")]
#[case("event.data['no such']", "`event.data['no such']` is undefined")]
#[case("nothing.at.all", "`nothing` is undefined, in `nothing.at.all`")]
#[case("[] | first", "`[] | first` is undefined")]
fn what_is_not_there_is_named(#[case] source: &str, #[case] message: &str) {
    let error = evaluate(source, &event()).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(matches!(error, ExpressionError::Undefined { .. }));
}

#[test]
fn what_cannot_be_computed_is_said_with_the_expression() {
    let error = evaluate("event.data.tags / 2", &event()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tried to use / operator on unsupported types sequence and number, in `event.data.tags / 2`"
    );
}

#[rstest]
#[case("${{ event.data.value }}", json!(250))]
#[case("  ${{ event.data.value }}", json!("  250"))]
#[case("${{ event.data.tags }}", json!(["a", "b"]))]
#[case("${{ event.data.value / 10 }} EUR", json!("25 EUR"))]
#[case("${{ event.data.value / 100 }} EUR", json!("2.5 EUR"))]
#[case("tags: ${{ event.data.tags }}", json!(r#"tags: ["a","b"]"#))]
#[case("${{ event.data.name }} won: ${{ event.data.value / 100 }}", json!("Acme won: 2.5"))]
#[case("${{ event.data.is_won }}!", json!("true!"))]
#[case("<${{ event.data.gone }}>", json!("<>"))]
#[case("${{ event.data.gone }}", json!(null))]
#[case("${{ {'a': {'b': '}}'}} }}", json!({ "a": { "b": "}}" } }))]
#[case("{{ event.id }} $x ${y}", json!("{{ event.id }} $x ${y}"))]
#[case("", json!(""))]
#[case("<${{ '<a href=\"x\">' }}>", json!("<<a href=\"x\">>"))]
fn templates(#[case] template: &str, #[case] expected: Value) {
    assert_eq!(render(template, &event()), Ok(expected));
}

#[test]
fn what_an_expression_gives_is_not_rendered_again() {
    let event = json!({ "data": "${{ event.id }} {{ event.id }} {% if x %}" });
    assert_eq!(render("${{ event.data }}", &event), Ok(event["data"].clone()));
    assert_eq!(
        render("a ${{ event.data }}", &event),
        Ok(json!("a ${{ event.id }} {{ event.id }} {% if x %}"))
    );
}

#[test]
fn an_undefined_value_in_text_is_an_error_that_names_it() {
    let error = render("Hello ${{ event.data.missing }}", &event()).unwrap_err();
    assert_eq!(error.to_string(), "`event.data.missing` is undefined");
}

#[test]
fn output_is_bound() {
    let large = |source: &str| evaluate(source, &json!({ "text": "x".repeat(600_000) }));
    assert!(large("event.text").is_ok());
    assert!(matches!(large("[event.text, event.text]"), Err(ExpressionError::TooLarge(_))));
    assert!(large("range(99999)").is_ok());
    assert!(matches!(large("[range(99999), range(99999), range(99999)]"), Err(ExpressionError::TooLarge(_))));
    let twice = render("${{ event.text }}${{ event.text }}", &json!({ "text": "x".repeat(600_000) }));
    assert!(matches!(twice, Err(ExpressionError::TooLarge(_))));
}

#[test]
fn a_tree_is_bound_as_a_whole() {
    let workflow = good(&with_step("uses: set\nwith:\n  a: ${{ event.text }}\n  b: [\"${{ event.text }}\"]"));
    let bellhop_workflow::model::Action::Uses { with, .. } = &workflow.steps[0].action else {
        panic!("not a single step")
    };
    let text = |length: usize| scope(&json!({ "text": "x".repeat(length) }));
    assert!(with.render(&text(1_000)).is_ok());
    assert!(matches!(with.render(&text(600_000)), Err(ExpressionError::TooLarge(_))));
}

#[test]
fn nesting_is_bound_so_that_a_value_can_be_read_back() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let pass = |depth: usize| evaluate("event.data", &json!({ "data": nested(depth) }));
    assert_eq!(pass(90), Ok(nested(90)));
    assert!(matches!(pass(120), Err(ExpressionError::TooDeep(_))));
}

#[rstest]
#[case("2 ** 100", "which is no JSON value")]
#[case("1e308 * 10", "which is no JSON value")]
#[case("range", "which is no JSON value")]
#[case("'x' * 200000000", "takes more memory than an expression may")]
#[case("range(10000000)", "range has too many elements")]
#[case("'%9999d' | format(1)", "widths in a format")]
#[case("'a' | indent(100000)", "100000 is more than 1000")]
#[case("[1] | slice(100000)", "100000 is more than 1000")]
fn what_leads_too_far_is_refused(#[case] source: &str, #[case] message: &str) {
    let error = evaluate(source, &event()).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn steps_are_seen_with_their_output_status_and_error() {
    let mut scope = Scope::new();
    scope.set_step(&StepId::new("lead"), &json!({ "name": "Acme" }), StepStatus::Succeeded, None);
    let early = scope.clone();
    let error = StepError { kind: "http_status".to_owned(), message: "no".to_owned(), status: Some(500) };
    scope.set_step(&StepId::new("chat"), &Value::Null, StepStatus::Failed, Some(&error));
    let text = "${{ steps.lead.output.name }} ${{ steps.lead.status }} ${{ steps.lead.error is none }} \
                ${{ steps.chat.status }} ${{ steps.chat.error.kind }} ${{ steps.chat.error.status }}";
    assert_eq!(
        Template::compile(text).unwrap().render(&scope),
        Ok(json!("Acme succeeded true failed http_status 500"))
    );
    let chat = Expression::compile("steps.chat").unwrap();
    assert_eq!(chat.test(&scope), Ok(true));
    assert_eq!(chat.test(&early), Ok(false), "a copy of a scope does not see what is added later");
    assert_eq!(
        Expression::compile("steps").unwrap().evaluate(&early),
        Ok(json!({ "lead": { "output": { "name": "Acme" }, "status": "succeeded", "error": null } }))
    );
}

#[rstest]
#[case("", "the expression is empty")]
#[case("1 +", "unexpected end of input, expected expression")]
#[case("a b", "unexpected input after expression")]
#[case("'a", "unexpected end of string")]
fn what_is_no_expression_is_refused(#[case] source: &str, #[case] message: &str) {
    assert_eq!(Expression::compile(source).unwrap_err().message, message);
}

#[rstest]
#[case("a && b", "write `and`")]
#[case("a || b", "write `or`, or `| default(…)` for a fallback")]
#[case("a === 'b'", "write `==`")]
#[case("a !== b", "write `!=`")]
#[case("a = 'b'", "write `==` to compare")]
#[case("!a", "write `not`")]
#[case("a ? b : c", "write `a if condition else b`")]
#[case("a ?? b", "write `| default(…)`")]
#[case("a?.b", "write `.`: testing what is undefined gives false, and `| default(…)` gives a fallback")]
fn habits_from_other_languages_get_a_hint(#[case] source: &str, #[case] help: &str) {
    assert_eq!(Expression::compile(source).unwrap_err().help.as_deref(), Some(help));
}

#[test]
fn debug_shows_the_source_and_no_values() {
    assert_eq!(format!("{:?}", Expression::compile("event.id").unwrap()), r#"Expression("event.id")"#);
}
