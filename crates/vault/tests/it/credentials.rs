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
#[case(CredentialKind::Smtp, &[("url", "smtps://ann:pw@mail.example.com:465"), ("from", "Ann <ann@example.com>")])]
#[case(CredentialKind::Smtp, &[("url", "smtp://mail.example.com")])]
#[case(CredentialKind::Sql, &[("url", "postgres://ann:pw@db.example.com/sales")])]
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
#[case::no_mail_server(
    CredentialKind::Smtp,
    &[("url", "https://hidden-value@mail.example.com")],
    "`url` is not the address of a mail server: it has to begin with smtp:// or smtps://"
)]
#[case::no_database(
    CredentialKind::Sql,
    &[("url", "redis://hidden-value@db.example.com")],
    "`url` is not the address of a database: it has to begin with postgres://, mysql:// or sqlite://"
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

#[rstest]
#[case("postgres://ann:p%40ss%2Fword@db.example.com/sales", &["p%40ss%2Fword", "p@ss/word"])]
#[case("mysql://ann:plain-word@db.example.com", &["plain-word"])]
#[case("postgres://db.example.com/sales?user=ann&password=plain-word", &["plain-word"])]
#[case("sqlite:///var/lib/sales.db", &[])]
fn the_password_in_a_url_is_the_secret_of_it(#[case] url: &str, #[case] passwords: &[&str]) {
    let credential = make(CredentialKind::Sql, &[("url", url)]).unwrap();
    let secrets: Vec<_> = credential.secrets().iter().map(|secret| secret.expose().to_owned()).collect();
    let whole = if passwords.is_empty() { None } else { Some(url) };
    assert_eq!(secrets, whole.iter().chain(passwords).map(ToString::to_string).collect::<Vec<_>>());
}
