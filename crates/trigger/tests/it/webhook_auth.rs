//! What a generic webhook can ask of its sender: each kind shown rightly, wrongly, and with no key stored.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_trigger::hooks::Proof;
use bellhop_trigger::inbound::{Rejection, Verdict, examine};
use bellhop_workflow::model::{HmacAlgorithm, HmacScheme, SignatureEncoding, WrittenScheme};
use bytes::Bytes;
use rstest::rstest;

use crate::fixtures::{TOLERANCE, headers, sent_at, webhook};

/// The body, secret and values of vectors that were computed once, outside of this project.
const BODY: &str = r#"{"id":"evt_7","type":"demo.ping","n":1}"#;
const SECRET: &str = "s3cr3t-Key_42";
const SHA256_HEX: &str = "c37432ded3b4f4cb73a4d03bf6a87c5d4170357296ada5f3fb9d2054021c300a";
const SHA256_BASE64: &str = "w3Qy3tO09MtzpNA79qh8XUFwNXKWraXz+50gVAIcMAo=";
const WITH_TIMESTAMP: &str = "be8fb6a0560926c4915579e2c33408727edd76b7bf0062b2ce161c0c3757122e";

fn judge(proof: Option<Proof>, pairs: &[(&str, &str)]) -> Result<(), Rejection> {
    match examine(
        &webhook(proof),
        &headers(pairs),
        &Bytes::from_static(BODY.as_bytes()),
        sent_at(),
        TOLERANCE,
    ) {
        Verdict::Accepted(_) => Ok(()),
        Verdict::Rejected(rejection) => Err(rejection),
        other => panic!("{other:?}"),
    }
}

fn secret(text: &str) -> bellhop_vault::Secret {
    text.to_owned().into()
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

fn basic_proof() -> Proof {
    Proof::Basic { username: secret("ada"), password: secret("pass:with:colons") }
}

fn hmac(scheme: WrittenScheme) -> Proof {
    Proof::hmac(&HmacScheme::Written(scheme), &secret(SECRET)).unwrap()
}

fn auth() -> WrittenScheme {
    WrittenScheme {
        header: "X-Signature".to_owned(),
        algorithm: HmacAlgorithm::Sha256,
        encoding: SignatureEncoding::Hex,
        prefix: String::new(),
        timestamp_header: None,
    }
}

#[test]
fn without_auth_the_url_is_enough() {
    assert_eq!(judge(Some(Proof::Url), &[]), Ok(()));
}

#[test]
fn without_a_stored_key_everything_is_refused() {
    assert_eq!(judge(None, &[("authorization", &basic("ada:pass:with:colons"))]), Err(Rejection::NoKey));
}

#[rstest]
#[case::right(basic("ada:pass:with:colons"), Ok(()))]
#[case::scheme_in_capitals(basic("ada:pass:with:colons").replace("Basic", "BASIC"), Ok(()))]
#[case::wrong_password(basic("ada:pass"), Err(Rejection::Unauthorized))]
#[case::wrong_name(basic("eve:pass:with:colons"), Err(Rejection::Unauthorized))]
#[case::no_colon(basic("ada"), Err(Rejection::Unauthorized))]
#[case::not_base64("Basic ???".to_owned(), Err(Rejection::Unauthorized))]
#[case::another_scheme("Bearer pass:with:colons".to_owned(), Err(Rejection::Unauthorized))]
#[case::scheme_alone("Basic".to_owned(), Err(Rejection::Unauthorized))]
fn basic_authentication(#[case] value: String, #[case] verdict: Result<(), Rejection>) {
    assert_eq!(judge(Some(basic_proof()), &[("authorization", &value)]), verdict);
}

#[rstest]
#[case::right("Bearer s3cr3t-Key_42", Ok(()))]
#[case::wrong("Bearer s3cr3t-Key_43", Err(Rejection::Unauthorized))]
#[case::a_part("Bearer s3cr3t", Err(Rejection::Unauthorized))]
#[case::empty("Bearer ", Err(Rejection::Unauthorized))]
fn bearer_token(#[case] value: &str, #[case] verdict: Result<(), Rejection>) {
    assert_eq!(judge(Some(Proof::Bearer(secret(SECRET))), &[("authorization", value)]), verdict);
}

#[rstest]
#[case::right("x-token", SECRET, Ok(()))]
#[case::wrong("x-token", "s3cr3t-Key_4", Err(Rejection::Unauthorized))]
#[case::in_another_header("x-tokens", SECRET, Err(Rejection::Unauthorized))]
fn fixed_header(#[case] name: &str, #[case] value: &str, #[case] verdict: Result<(), Rejection>) {
    let proof = Proof::Header { name: secret("X-Token"), value: secret(SECRET) };
    assert_eq!(judge(Some(proof), &[(name, value)]), verdict);
}

#[rstest]
#[case::basic(basic_proof())]
#[case::bearer(Proof::Bearer(secret(SECRET)))]
#[case::header(Proof::Header { name: secret("X-Token"), value: secret(SECRET) })]
fn nothing_shown_is_unauthorized(#[case] proof: Proof) {
    assert_eq!(judge(Some(proof), &[]), Err(Rejection::Unauthorized));
}

#[rstest]
#[case::bearer(Proof::Bearer(secret("")), "authorization", "Bearer x")]
#[case::header(Proof::Header { name: secret("X-Token"), value: secret("") }, "x-token", "")]
fn an_empty_secret_is_no_key(#[case] proof: Proof, #[case] name: &str, #[case] value: &str) {
    assert_eq!(judge(Some(proof), &[(name, value)]), Err(Rejection::NoKey));
}

#[rstest]
#[case::hex(auth(), SHA256_HEX)]
#[case::base64(WrittenScheme { encoding: SignatureEncoding::Base64, ..auth() }, SHA256_BASE64)]
#[case::unpadded_base64(WrittenScheme { encoding: SignatureEncoding::Base64, ..auth() }, SHA256_BASE64.trim_end_matches('='))]
#[case::prefixed(WrittenScheme { prefix: "sha256=".to_owned(), ..auth() }, &format!("sha256={SHA256_HEX}"))]
fn an_hmac_in_every_form(#[case] auth: WrittenScheme, #[case] value: &str) {
    assert_eq!(judge(Some(hmac(auth)), &[("x-signature", value)]), Ok(()));
}

#[rstest]
#[case::missing(&[], Rejection::MissingSignature)]
#[case::not_hex(&[("x-signature", SHA256_BASE64)], Rejection::MalformedSignature)]
#[case::too_short(&[("x-signature", "c374")], Rejection::SignatureLength)]
#[case::of_something_else(&[("x-signature", WITH_TIMESTAMP)], Rejection::SignatureMismatch)]
fn a_wrong_hmac_has_its_own_reason(#[case] pairs: &[(&str, &str)], #[case] reason: Rejection) {
    assert_eq!(judge(Some(hmac(auth())), pairs), Err(reason));
}

#[test]
fn a_missing_prefix_is_a_malformed_signature() {
    let auth = WrittenScheme { prefix: "sha256=".to_owned(), ..auth() };
    assert_eq!(judge(Some(hmac(auth)), &[("x-signature", SHA256_HEX)]), Err(Rejection::MalformedSignature));
}

#[test]
fn a_sha512_is_not_taken_for_a_sha256() {
    let auth = WrittenScheme { algorithm: HmacAlgorithm::Sha512, ..auth() };
    assert_eq!(judge(Some(hmac(auth)), &[("x-signature", SHA256_HEX)]), Err(Rejection::SignatureLength));
}

#[rstest]
#[case::right(Some("1772442014"), WITH_TIMESTAMP, Ok(()))]
#[case::missing(None, WITH_TIMESTAMP, Err(Rejection::MissingTimestamp))]
#[case::stale(Some("1772441000"), WITH_TIMESTAMP, Err(Rejection::StaleTimestamp))]
#[case::malformed(Some("2026-03-02"), WITH_TIMESTAMP, Err(Rejection::MalformedTimestamp))]
#[case::not_signed(Some("1772442014"), SHA256_HEX, Err(Rejection::SignatureMismatch))]
fn an_hmac_over_time_and_body(
    #[case] time: Option<&str>,
    #[case] signature: &str,
    #[case] verdict: Result<(), Rejection>,
) {
    let auth = WrittenScheme { timestamp_header: Some("x-time".to_owned()), ..auth() };
    let mut pairs = vec![("x-signature", signature)];
    pairs.extend(time.map(|time| ("x-time", time)));
    assert_eq!(judge(Some(hmac(auth)), &pairs), verdict);
}

#[test]
fn an_empty_hmac_secret_is_no_proof_at_all() {
    assert!(Proof::hmac(&HmacScheme::Written(auth()), &secret("")).is_err());
}

#[test]
fn a_proof_shows_nothing_of_itself() {
    let shown = format!("{:?} {:?}", basic_proof(), webhook(Some(hmac(auth()))));
    assert!(!shown.contains(SECRET) && !shown.contains("colons") && !shown.contains("ada"), "{shown}");
}
