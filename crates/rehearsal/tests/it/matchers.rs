//! What each matcher takes, and how a difference reads.

use rstest::rstest;

use crate::support::failures;

/// What is said of a case that gives `value` and expects `expected`; both as YAML in one line.
async fn said(value: &str, expected: &str) -> String {
    let workflow =
        format!("name: demo\ntriggers: [{{ manual: }}]\nsteps:\n  - uses: return\n    with: {value}\n");
    let tests = format!("cases:\n  - name: a\n    expect: {{ output: {expected} }}\n");
    failures(&workflow, &tests).await.remove(0)
}

#[rstest]
#[case::a_map_is_a_part_of_the_whole("{ a: 1, b: 2 }", "{ a: 1 }", true)]
#[case::also_inside("{ a: { b: 1, c: 2 } }", "{ a: { c: 2 } }", true)]
#[case::a_field_must_be_there("{ a: 1 }", "{ b: 1 }", false)]
#[case::null_is_not_absence("{ a: 1 }", "{ b: null }", false)]
#[case::numbers_count_by_value("1.0", "1", true)]
#[case::text_is_no_number("'1'", "1", false)]
#[case::text_is_no_truth("'true'", "true", false)]
#[case::lists_are_whole("[1, 2]", "[1]", false)]
#[case::lists_have_an_order("[1, 2]", "[2, 1]", false)]
#[case::items_are_matched("[{ a: 1, b: 2 }]", "[{ a: { gt: 0 } }]", true)]
#[case::equals_is_exact("{ a: 1, b: 2 }", "{ equals: { a: 1 } }", false)]
#[case::equals_takes_words_as_data("{ contains: a }", "{ equals: { contains: a } }", true)]
#[case::text_contains_text("hello world", "{ contains: lo wo }", true)]
#[case::a_list_contains_an_item("[{ a: 1, b: 2 }]", "{ contains: { a: 1 } }", true)]
#[case::a_list_does_not_contain_a_part_of_a_text("[hello]", "{ contains: hell }", false)]
#[case::a_list_contains_a_text_like_this("[hello]", "{ contains: { contains: hell } }", true)]
#[case::a_number_contains_nothing("12", "{ contains: '1' }", false)]
#[case::a_pattern_is_found_anywhere("order 42 shipped", "{ matches: '\\d+' }", true)]
#[case::a_number_matches_no_pattern("42", "{ matches: '\\d+' }", false)]
#[case::something_is_there("{ a: null }", "{ a: { exists: true } }", true)]
#[case::nothing_is_there("{ a: 1 }", "{ b: { exists: false } }", true)]
#[case::nothing_is_not_there("{ a: 1 }", "{ a: { exists: false } }", false)]
#[case::not_takes_the_others("2", "{ not: 1 }", true)]
#[case::not_refuses_the_one("1", "{ not: 1 }", false)]
#[case::not_takes_what_is_not_there("{ a: 1 }", "{ b: { not: 1 } }", true)]
#[case::any_of_takes_each("b", "{ any_of: [a, b] }", true)]
#[case::any_of_refuses_the_rest("c", "{ any_of: [a, b] }", false)]
#[case::several_hold_at_once("5", "{ gte: 5, lt: 6 }", true)]
#[case::one_of_several_does_not("6", "{ gte: 5, lt: 6 }", false)]
#[case::text_is_not_compared("'6'", "{ gt: 5 }", false)]
#[case::length_of_text("grüße", "{ length: 5 }", true)]
#[case::length_of_a_list("[1, 2]", "{ length: { gt: 1 } }", true)]
#[case::a_number_has_no_length("12", "{ length: 2 }", false)]
#[case::a_whole_number("1", "{ is: integer }", true)]
#[case::a_fraction("1.5", "{ is: integer }", false)]
#[case::null_is_a_type("null", "{ is: 'null' }", true)]
#[tokio::test]
async fn a_matcher_takes(#[case] value: &str, #[case] expected: &str, #[case] passes: bool) {
    let said = said(value, expected).await;
    assert_eq!(said.is_empty(), passes, "{value} against {expected}: {said}");
}

#[tokio::test]
async fn only_what_differs_is_said() {
    let said = said(
        "{ json: { channel: '#sales', text: Acme won, ts: 3 }, list: [1, 2] }",
        "{ json: { channel: '#sales', text: { contains: lost }, who: ann }, list: [1, 3, 4] }",
    )
    .await;
    let expected = "\
output.json.text
  expected: something that contains \"lost\"
  got: \"Acme won\"
output.json.who
  expected: \"ann\"
  got: nothing
output.list
  expected: 3 items
  got: 2 items: [1,2]
output.list[1]
  expected: 3
  got: 2";
    assert_eq!(said, expected);
}

#[tokio::test]
async fn what_equals_does_not_know_is_said_too() {
    let said = said("{ a: 1, 'b c': [2] }", "{ equals: { a: 1 } }").await;
    assert_eq!(said, "output[\"b c\"]\n  expected: nothing\n  got: [2]");
}
