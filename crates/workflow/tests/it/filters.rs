//! The filters that MiniJinja does not have, or has otherwise.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::evaluate;

fn event() -> Value {
    json!({
        "text": "Café Nørd & Söhne",
        "data": { "a": 1, "b": ["x", null], "html": "<b>" },
        "time": "2026-03-02T09:20:11.004Z",
        "seconds": 1_772_442_014,
    })
}

#[rstest]
#[case("event.data | tojson", json!(r#"{"a":1,"b":["x",null],"html":"<b>"}"#))]
#[case("[1] | tojson(true)", json!("[\n  1\n]"))]
#[case(r#"'{"a": [1, null, 2.5]}' | fromjson"#, json!({ "a": [1, null, 2.5] }))]
#[case("('18446744073709551615' | fromjson)", json!(18_446_744_073_709_551_615_u64))]
// RFC 4648 section 10, and the text "ü?" whose base64 differs between the alphabets.
#[case("'foob' | b64encode", json!("Zm9vYg=="))]
#[case("'Zm9vYg==' | b64decode", json!("foob"))]
#[case("'Zm9vYg' | b64decode", json!("foob"))]
#[case("'w7w_' | b64decode", json!("ü?"))]
#[case("'w7w/' | b64decode", json!("ü?"))]
// NIST's example for the empty message, and RFC 4231 test case 2.
#[case("'' | sha256", json!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))]
#[case(
    "'what do ya want for nothing?' | hmac_sha256('Jefe')",
    json!("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
)]
#[case("'a b/c?d=é' | urlencode", json!("a%20b%2Fc%3Fd%3D%C3%A9"))]
#[case("{'q': 'a b', 'none': none, 'n': 1} | urlencode", json!("q=a%20b&n=1"))]
#[case("event.text | slugify", json!("cafe-nord-sohne"))]
#[case("'  --  ' | slugify", json!(""))]
#[case("'INV-2026' | regex_match('^INV-[0-9]+$')", json!(true))]
#[case("'xINV-2026' | regex_match('^INV')", json!(false))]
#[case("'a1b22' | regex_replace('[0-9]+', '#')", json!("a#b#"))]
#[case("'Doe, Jane' | regex_replace('^(.*), (.*)$', '$2 $1')", json!("Jane Doe"))]
#[case("event.time | date", json!("2026-03-02"))]
#[case("event.time | date('%d.%m.%Y %H:%M', 'Europe/Berlin')", json!("02.03.2026 10:20"))]
#[case("event.time | date('%H:%M', 'America/New_York')", json!("04:20"))]
#[case("event.time | date('%H:%M', tz='America/New_York')", json!("04:20"))]
#[case("event.seconds | date('%Y-%m-%d %H:%M:%S')", json!("2026-03-02 09:00:14"))]
#[case("'2026-07-01T12:00:00+02:00' | date('%H:%M')", json!("10:00"))]
#[case("'2026-07-01T12:00:00.123456' | date('%H:%M')", json!("12:00"))]
#[case("'2026-07-01' | date('%A')", json!("Wednesday"))]
#[case("'02/03/2026' | parse_date('%d/%m/%Y')", json!("2026-03-02T00:00:00.000000Z"))]
#[case("'02/03/2026 10:20 +0100' | parse_date('%d/%m/%Y %H:%M %z')", json!("2026-03-02T09:20:00.000000Z"))]
#[case("event.time | parse_date", json!("2026-03-02T09:20:11.004000Z"))]
#[case("event.seconds | parse_date | date('%s') | int", json!(1_772_442_014))]
#[case("(event.time | parse_date) > ('2026-03-02T09:20:11Z' | parse_date)", json!(true))]
#[case("'%.2f' | format(2.5)", json!("2.50"))]
#[case("'a\n\nb' | indent(2)", json!("a\n\n  b"))]
#[case("'a\nb' | indent(width=1, first=true)", json!(" a\n b"))]
#[case("'a\nb' | indent(1, true)", json!(" a\n b"))]
#[case("[1, 2, 3] | slice(2)", json!([[1, 2], [3]]))]
fn gives(#[case] source: &str, #[case] expected: Value) {
    assert_eq!(evaluate(source, &event()), Ok(expected), "{source}");
}

#[rstest]
#[case("'{' | fromjson", "the text is not JSON: EOF while parsing an object")]
#[case("'*' | b64decode", "the text is not base64")]
#[case("'/w==' | b64decode", "the base64 does not hold UTF-8 text")]
#[case("'a' | regex_match('(')", "`(` is not a pattern")]
#[case("'a' | regex_match('\\\\w{1000}')", "the pattern is too large")]
#[case("'soon' | date", "`soon` is not a time; RFC 3339 looks like 2026-03-02T09:20:11Z")]
#[case("event.data | date", "a map is not a time")]
#[case("1e300 | date", "are not seconds since 1970 that a calendar holds")]
#[case("event.time | date('%!')", "`%!` is not a date format")]
#[case("event.time | date('%999999999d')", "the date format is too long or pads too wide")]
#[case("event.time | date('%H', 'Mars/Olympus')", "`Mars/Olympus` is not a time zone")]
#[case("'x' | parse_date('%Y')", "`x` is not a time as `%Y`")]
fn refuses(#[case] source: &str, #[case] message: &str) {
    let error = evaluate(source, &event()).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}
