//! Known secrets do not get out, in whatever form.

use bellhop_vault::{Credential, CredentialKind, Redactor, Secret};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

/// Has what every encoding must escape: quote, percent, plus, slash, space, and a letter of two bytes.
const AWKWARD: &str = "k3y/Pa\"ss+w%rd é";

fn secret(text: &str) -> Secret {
    text.to_owned().into()
}

fn knowing(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::default();
    redactor.learn_all(secrets.iter().map(|text| secret(text)));
    redactor
}

// A base64 digit is six bits. One that is left standing beside the mark has bits of the colon only.
#[rstest]
#[case::as_it_is("key=k3y/Pa\"ss+w%rd é.", "key=[redacted].")]
#[case::base64("<azN5L1BhInNzK3clcmQgw6k=>", "<[redacted]>")]
#[case::base64_without_padding("<azN5L1BhInNzK3clcmQgw6k>", "<[redacted]>")]
#[case::basic_with_no_password("Basic azN5L1BhInNzK3clcmQgw6k6", "Basic [redacted]6")]
#[case::basic_as_the_password("Basic YW5uOmszeS9QYSJzcyt3JXJkIMOp", "Basic YW5uO[redacted]")]
#[case::basic_after_another_name("Basic YW5uYTprM3kvUGEic3MrdyVyZCDDqQ==", "Basic YW5uYT[redacted]")]
#[case::basic_after_a_third_name("Basic YW5uYWI6azN5L1BhInNzK3clcmQgw6k=", "Basic YW5uYWI6[redacted]")]
#[case::percent_encoded("?key=k3y%2FPa%22ss%2Bw%25rd%20%C3%A9&x=1", "?key=[redacted]&x=1")]
#[case::percent_encoded_lower_case("?key=k3y%2fPa%22ss%2bw%25rd%20%c3%a9&x=1", "?key=[redacted]&x=1")]
#[case::percent_encoded_in_part("/k3y/Pa%22ss+w%25rd%20é/", "/[redacted]/")]
#[case::form_encoded("key=k3y%2FPa%22ss%2Bw%25rd+%C3%A9&x=1", "key=[redacted]&x=1")]
#[case::json_escaped(r#"{"key":"k3y/Pa\"ss+w%rd é"}"#, r#"{"key":"[redacted]"}"#)]
#[case::json_escaped_to_ascii(r#"{"key":"k3y\/Pa\"ss+w%rd \u00e9"}"#, r#"{"key":"[redacted]"}"#)]
#[case::json_in_json(r#""{\"key\":\"k3y/Pa\\\"ss+w%rd \\u00e9\"}""#, r#""{\"key\":\"[redacted]\"}""#)]
#[case::url_in_a_url(
    "?next=%2F%3Fkey%3Dk3y%252FPa%2522ss%252Bw%2525rd%2520%25C3%25A9",
    "?next=%2F%3Fkey%3D[redacted]"
)]
#[case::base64_in_a_url("?auth=azN5L1BhInNzK3clcmQgw6k%3D&x=1", "?auth=[redacted]&x=1")]
#[case::twice("k3y/Pa\"ss+w%rd é, k3y/Pa\"ss+w%rd é", "[redacted], [redacted]")]
fn it_is_hidden(#[case] text: &str, #[case] redacted: &str) {
    assert_eq!(knowing(&[AWKWARD]).redact(text), redacted);
}

#[rstest]
#[case("<fn5+Pz8/Pj4+eA==>")]
#[case("<fn5-Pz8_Pj4-eA>")]
#[case("<fn5-Pz8_Pj4-eA==>")]
fn both_base64_alphabets_are_hidden(#[case] text: &str) {
    assert_eq!(knowing(&["~~~???>>>x"]).redact(text), "<[redacted]>");
}

#[test]
fn a_character_beyond_the_first_plane_is_seen_through_its_two_escapes() {
    assert_eq!(knowing(&["pass😀word"]).redact(r#""pass\ud83d\ude00word""#), "\"[redacted]\"");
}

#[test]
fn innocent_text_is_not_even_copied() {
    let redactor = knowing(&[AWKWARD]);
    let text = r"100 % of C:\new\users is + fine, %zz \u12";
    assert!(matches!(redactor.redact(text), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn a_secret_deep_in_a_long_text_is_hidden() {
    let text = format!("{}s3cr3t-key{}", "é%41".repeat(200_000), "\\n ".repeat(200_000));
    let redacted = knowing(&["s3cr3t-key"]).redact(&text).into_owned();
    assert_eq!(redacted, text.replace("s3cr3t-key", "[redacted]"));
}

#[test]
fn overlapping_secrets_leave_no_end_of_the_other() {
    let redactor = knowing(&["abc-def-ghi", "ghi-jkl-mno", "def-ghi"]);
    assert_eq!(redactor.redact("<abc-def-ghi-jkl-mno>"), "<[redacted]>");
    assert_eq!(redactor.redact("<def-ghi-jkl-mno>"), "<[redacted]>");
}

#[test]
fn a_text_of_nothing_but_matches_becomes_one_mark() {
    assert_eq!(knowing(&["aaaaaa"]).redact(&"a".repeat(100_000)), "[redacted]");
}

#[test]
fn what_one_learns_later_its_clones_hide_too() {
    let redactor = knowing(&["first-secret"]);
    let clone = redactor.clone();
    assert_eq!(clone.redact("first-secret second-secret"), "[redacted] second-secret");

    redactor.learn(&secret("second-secret"));

    assert_eq!(clone.redact("first-secret second-secret"), "[redacted] [redacted]");
}

#[test]
fn a_secret_of_five_bytes_would_be_found_everywhere_and_is_left() {
    let redactor = knowing(&["other", "others"]);
    assert_eq!(redactor.redact("each other, all others"), "each other, all [redacted]");
}

#[test]
fn json_is_redacted_in_keys_texts_and_numbers_at_any_depth() {
    let mut value = json!({
        "token s3cr3t-key": [{ "deep": "x s3cr3t-key y" }],
        "token [redacted]": 1,
        "number": 73_519_264,
        "decimal": 73.5,
        "text": "innocent",
        "nothing": null,
    });
    knowing(&["s3cr3t-key", "73519264"]).redact_value(&mut value);
    assert_eq!(
        value,
        json!({
            "token [redacted]": [{ "deep": "x [redacted] y" }],
            "token [redacted] (2)": 1,
            "number": "[redacted]",
            "decimal": 73.5,
            "text": "innocent",
            "nothing": null,
        })
    );
}

#[test]
fn of_a_credential_the_names_stay_readable() {
    let redactor = Redactor::default();
    let basic = [("username".to_owned(), secret("annabel")), ("password".to_owned(), secret("pw"))];
    redactor.learn_credential(&Credential::from_fields(CredentialKind::HttpBasic, basic).unwrap());
    let header = [("name".to_owned(), secret("X-Api-Key")), ("value".to_owned(), secret("v4lu3-v4lu3"))];
    redactor.learn_credential(&Credential::from_fields(CredentialKind::HttpHeader, header).unwrap());

    // The second is base64 of `annabel:pw`, and `pw` alone would be too short to be hidden.
    assert_eq!(
        redactor.redact("annabel, Basic YW5uYWJlbDpwdw==, X-Api-Key: v4lu3-v4lu3"),
        "annabel, Basic [redacted], X-Api-Key: [redacted]"
    );
}

#[test]
fn a_name_without_a_password_is_the_secret() {
    let redactor = Redactor::default();
    let fields = [("username".to_owned(), secret("sk_live_1")), ("password".to_owned(), secret(""))];
    redactor.learn_credential(&Credential::from_fields(CredentialKind::HttpBasic, fields).unwrap());
    assert_eq!(redactor.redact("sk_live_1"), "[redacted]");
}

/// Writes each byte as `%XX`, as the most thorough of encoders would.
fn percent_encode(text: &str) -> String {
    let digit = |value: u8| char::from(b"0123456789ABCDEF"[usize::from(value)]);
    text.bytes().flat_map(|byte| ['%', digit(byte >> 4), digit(byte & 15)]).collect()
}

proptest! {
    #[test]
    fn no_text_holds_a_secret_after_redaction(
        secrets in prop::collection::vec("\\PC{6,24}", 1..4),
        parts in prop::collection::vec(("\\PC{0,12}", any::<prop::sample::Index>(), 0..4_u8), 0..6),
    ) {
        let all: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let redactor = knowing(&all);
        let mut text = String::new();
        for (before, which, form) in parts {
            let secret = which.get(&secrets);
            text += &before;
            text += &match form {
                0 => secret.clone(),
                1 => percent_encode(secret),
                2 => serde_json::Value::from(secret.as_str()).to_string(),
                _ => serde_json::Value::from(percent_encode(secret)).to_string(),
            };
        }
        let redacted = redactor.redact(&text);
        for secret in &secrets {
            prop_assert!(!redacted.contains(secret.as_str()), "{redacted}");
            prop_assert!(!redacted.contains(&percent_encode(secret)), "{redacted}");
        }
    }

    #[test]
    fn a_text_without_secrets_stays_as_it_is(text in "\\PC{0,200}") {
        prop_assert_eq!(knowing(&["\u{1}a secret with a control character"]).redact(&text), text.as_str());
    }
}
