//! Credentials are checked as they come in, and their errors name fields, not values.

use bellhop_vault::{Credential, CredentialError, CredentialKind, Secret};
use rstest::rstest;

fn make(kind: CredentialKind, fields: &[(&str, &str)]) -> Result<Credential, CredentialError> {
    Credential::from_fields(
        kind,
        fields.iter().map(|(field, text)| ((*field).to_owned(), Secret::from((*text).to_owned()))),
    )
}

#[rstest]
#[case(CredentialKind::Close, &[("api_key", "api_5T0p")])]
#[case(CredentialKind::HttpBasic, &[("username", "ann"), ("password", "päss:\"word\"")])]
#[case(CredentialKind::HttpBasic, &[("username", "key-as-name"), ("password", "")])]
#[case(CredentialKind::HttpBearer, &[("token", "t0ken")])]
#[case(CredentialKind::HttpHeader, &[("name", "X-Api-Key"), ("value", "v4lue")])]
#[case(CredentialKind::Hmac, &[("secret", "line one\nline two\u{0}")])]
fn every_kind_is_sealed_and_read_back(#[case] kind: CredentialKind, #[case] fields: &[(&str, &str)]) {
    let json = make(kind, fields).unwrap().to_json();

    let read = Credential::from_json(kind, &json).unwrap();

    assert_eq!(read.kind(), kind);
    let read: Vec<_> = read.fields().map(|(field, secret)| (field, secret.expose())).collect();
    assert_eq!(read, fields);
}

#[test]
fn a_field_is_found_by_name() {
    let credential = make(CredentialKind::HttpBasic, &[("username", "ann"), ("password", "secret")]).unwrap();
    assert_eq!(credential.get("password").unwrap().expose(), "secret");
    assert!(credential.get("token").is_none());
}

#[rstest]
#[case::missing(
    CredentialKind::HttpBasic,
    &[("username", "ann")],
    "a credential of kind `http_basic` needs `password`"
)]
#[case::misspelt(
    CredentialKind::Close,
    &[("apikey", "hidden-value")],
    "a credential of kind `close` has no field `apikey`; did you mean `api_key`?"
)]
#[case::of_another_kind(
    CredentialKind::Close,
    &[("api_key", "hidden-value"), ("zone", "eu")],
    "a credential of kind `close` has no field `zone`"
)]
#[case::empty(CredentialKind::HttpBearer, &[("token", "")], "`token` is empty")]
#[case::line_break(
    CredentialKind::Close,
    &[("api_key", "hidden-value\n")],
    "`api_key` has a line break or another control character, which no header can carry"
)]
#[case::space(CredentialKind::HttpBearer, &[("token", " hidden-value")], "`token` begins or ends with space")]
#[case::colon(
    CredentialKind::HttpBasic,
    &[("username", "ann:b"), ("password", "hidden-value")],
    "`username` has a colon, which HTTP Basic takes for the end of the name"
)]
#[case::header_name(
    CredentialKind::HttpHeader,
    &[("name", "X Api Key"), ("value", "hidden-value")],
    "`name` is not the name of an HTTP header"
)]
fn a_mistake_is_named(#[case] kind: CredentialKind, #[case] fields: &[(&str, &str)], #[case] message: &str) {
    assert_eq!(make(kind, fields).unwrap_err().to_string(), message);
}

#[test]
fn stored_bytes_that_are_no_fields_are_not_repeated() {
    let refused = Credential::from_json(CredentialKind::Close, br#"["hidden-value"]"#).unwrap_err();
    assert_eq!(refused, CredentialError::NotFields);
}

#[test]
fn kinds_are_known_by_their_words() {
    for kind in CredentialKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    let unknown = "http_baerer".parse::<CredentialKind>().unwrap_err();
    assert_eq!(unknown.to_string(), "there is no credential kind `http_baerer`; did you mean `http_bearer`?");
}
