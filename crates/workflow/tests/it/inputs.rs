//! What a start by hand has to give.

use bellhop_workflow::model::{InputMistake, Inputs, TriggerKind};
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::support::{good, with_inputs};

fn inputs(text: &str) -> Inputs {
    let workflow = good(&with_inputs(text));
    let TriggerKind::Manual(manual) = &workflow.triggers[0].kind else { panic!("not manual") };
    manual.inputs.clone().expect("the trigger has inputs")
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("{value} is no object") };
    fields
}

/// What is wrong with the value of an input `x` with this schema.
fn wrong(schema: &str, value: Value) -> Vec<String> {
    let found = inputs(&format!("x: {schema}")).check(&object(json!({ "x": value })));
    found.err().unwrap_or_default().iter().map(InputMistake::to_string).collect()
}

const ORDER: &str = "
amount: { type: number, required: true, exclusiveMinimum: 0, description: In euros }
currency: { type: string, enum: [EUR, USD], default: EUR }
note: string
";

#[test]
fn defaults_are_filled_in_and_the_order_is_that_of_the_file() {
    let checked = inputs(ORDER).check(&object(json!({ "note": "hi", "amount": 2.5 }))).unwrap();
    assert_eq!(serde_json::to_string(&checked).unwrap(), r#"{"amount":2.5,"currency":"EUR","note":"hi"}"#);
    let checked = inputs(ORDER).check(&object(json!({ "amount": 1, "currency": "USD" }))).unwrap();
    assert_eq!(
        Value::Object(checked),
        json!({ "amount": 1, "currency": "USD" }),
        "what is left out is not there"
    );
}

#[test]
fn every_mistake_is_named() {
    let mistakes =
        inputs(ORDER).check(&object(json!({ "currency": "CHF", "note": 7, "ammount": 1 }))).unwrap_err();
    let shown: Vec<String> = mistakes.iter().map(InputMistake::to_string).collect();
    assert_eq!(
        shown,
        [
            "`amount` is missing",
            "`currency` must be one of `EUR`, `USD`",
            "`note` must be text",
            "`ammount` is no input; there is `amount`, `currency`, `note`",
        ]
    );
}

#[test]
fn a_value_that_is_refused_is_not_shown() {
    let mistakes =
        wrong("{ type: string, maxLength: 3, pattern: '^a', format: email, const: abc }", json!("hunter2"));
    assert_eq!(mistakes.len(), 4);
    assert!(mistakes.iter().all(|mistake| !mistake.contains("hunter2")), "{mistakes:?}");
}

#[test]
fn the_short_form_the_long_form_and_a_whole_schema_say_the_same() {
    let long = inputs("a: { type: string }\nb: { type: integer, required: true }");
    assert_eq!(inputs("a: string\nb: { type: integer, required: true }"), long);
    let whole = "$schema: https://json-schema.org/draft/2020-12/schema\ntype: object\ntitle: T\ndescription: D\nproperties:\n  a: { type: string }\n  b: { type: integer }\nrequired: [b]\nadditionalProperties: false";
    assert_eq!(inputs(whole), long);
}

#[test]
fn an_input_may_be_called_type_or_properties() {
    let inputs = inputs("type: object\nrequired: boolean");
    assert_eq!(inputs.fields.keys().collect::<Vec<_>>(), ["type", "required"]);
}

#[test]
fn of_an_object_required_lists_its_fields() {
    let address =
        "{ type: object, properties: { city: { type: string }, zip: { type: string } }, required: [city] }";
    assert_eq!(wrong(address, json!({ "city": "Bern" })), [""; 0]);
    assert_eq!(wrong(address, json!({ "zip": 3000 })), ["`x.city` is missing", "`x.zip` must be text"]);
}

#[test]
fn what_has_a_default_is_never_missing() {
    let inputs = inputs("a: { type: string, required: true, default: b }");
    assert_eq!(inputs.check(&Map::new()).map(Value::Object), Ok(json!({ "a": "b" })));
}

#[test]
fn no_inputs_at_all_take_nothing() {
    let workflow = good("name: a\ntriggers:\n  - manual: { inputs: {} }\nsteps:\n  - uses: return\n");
    let TriggerKind::Manual(manual) = &workflow.triggers[0].kind else { panic!("not manual") };
    let inputs = manual.inputs.as_ref().unwrap();
    assert!(inputs.check(&Map::new()).is_ok());
    assert!(inputs.check(&object(json!({ "a": 1 }))).is_err());
}

#[rstest]
#[case("{ type: integer }", json!(2.0), json!(2.5))]
#[case("{ type: integer }", json!(9_007_199_254_740_993_i64), json!("2"))]
#[case("{ type: [string, \"null\"] }", json!(null), json!(1))]
#[case("{ enum: [1, a, ~] }", json!(1.0), json!("1"))]
#[case("{ const: { a: [1] } }", json!({ "a": [1] }), json!({ "a": [2] }))]
#[case("{ minLength: 2 }", json!("éé"), json!("é"))]
#[case("{ maxLength: 1 }", json!("é"), json!("éé"))]
#[case("{ pattern: b+ }", json!("abbc"), json!("ac"))]
#[case("{ format: date }", json!("2028-02-29"), json!("2027-02-29"))]
#[case("{ format: date-time }", json!("2027-01-31T09:00:00Z"), json!("2027-01-31 09:00"))]
#[case("{ format: email }", json!("a@example.com"), json!("a@b@c"))]
#[case("{ format: uri }", json!("https://example.com/a"), json!("example.com/a b"))]
#[case("{ format: uuid }", json!("01945d2e-5f8a-7000-8000-000000000000"), json!("01945d2e5f8a70008000000000000000"))]
#[case("{ minimum: 1 }", json!(1), json!(0.999))]
#[case("{ maximum: 9007199254740993 }", json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_994_i64))]
#[case("{ exclusiveMinimum: 1 }", json!(1.001), json!(1))]
#[case("{ exclusiveMaximum: 1 }", json!(-1), json!(1.0))]
#[case("{ multipleOf: 0.01 }", json!(19.99), json!(19.999))]
#[case("{ multipleOf: 3 }", json!(-9), json!(10))]
#[case("{ items: { type: string } }", json!(["a"]), json!(["a", 1]))]
#[case("{ items: false, prefixItems: [{ type: string }] }", json!(["a"]), json!(["a", "b"]))]
#[case("{ contains: { const: 1 } }", json!([0, 1]), json!([0]))]
#[case("{ minItems: 1, maxItems: 2 }", json!([1]), json!([]))]
#[case("{ maxItems: 2 }", json!([1, 2]), json!([1, 2, 3]))]
#[case("{ uniqueItems: true }", json!([{ "a": 1, "b": 2 }, { "a": 2 }]), json!([{ "a": 1, "b": 2 }, { "b": 2, "a": 1 }]))]
#[case("{ properties: { a: { type: string } } }", json!({ "b": 1 }), json!({ "a": 1 }))]
#[case("{ properties: { a: {} }, additionalProperties: false }", json!({ "a": 1 }), json!({ "b": 1 }))]
#[case("{ additionalProperties: { type: number } }", json!({ "a": 1 }), json!({ "a": "1" }))]
#[case("{ propertyNames: { pattern: '^[a-z]+$' } }", json!({ "a": 1 }), json!({ "A": 1 }))]
#[case("{ minProperties: 1, maxProperties: 1 }", json!({ "a": 1 }), json!({}))]
#[case("{ maxProperties: 1 }", json!({}), json!({ "a": 1, "b": 1 }))]
#[case("{ allOf: [{ minimum: 1 }, { maximum: 2 }] }", json!(2), json!(3))]
#[case("{ anyOf: [{ type: string }, { minimum: 5 }] }", json!(5), json!(4))]
#[case("{ oneOf: [{ minimum: 1 }, { minimum: 5 }] }", json!(4), json!(5))]
#[case("{ not: { type: string } }", json!(1), json!("a"))]
#[case("{ minimum: 5, minLength: 5, minItems: 5 }", json!(true), json!(1))]
fn every_keyword_takes_and_refuses(#[case] schema: &str, #[case] good: Value, #[case] bad: Value) {
    assert_eq!(wrong(schema, good), [""; 0]);
    assert_eq!(wrong(schema, bad).len(), 1);
}

#[test]
fn places_within_a_value_are_named() {
    let schema = "{ type: array, items: { properties: { sku: { type: string } }, required: [count] } }";
    assert_eq!(
        wrong(schema, json!([{ "sku": 1, "count": 1 }, { "sku": "a" }])),
        ["`x[0].sku` must be text", "`x[1].count` is missing"]
    );
}

#[test]
fn a_flood_of_mistakes_is_cut_off() {
    let many: Vec<Value> = (0..100_000).map(|number| json!(number)).collect();
    assert_eq!(wrong("{ items: { type: string } }", json!(many)).len(), 50);
    let unknown: Map<String, Value> = (0..100_000).map(|number| (format!("n{number}"), json!(1))).collect();
    assert_eq!(inputs("x: string").check(&unknown).unwrap_err().len(), 20);
}
