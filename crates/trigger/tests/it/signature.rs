//! Close's signature: the vector, and every way of getting it wrong.

use std::time::Duration;

use bellhop_trigger::inbound::{Rejection, Verdict, examine};
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use rstest::rstest;

use crate::fixtures::{
    BODY, HASH, HASH_WITH_KEY_AS_TEXT, SENT, TOLERANCE, close_hook, headers, hook, sent_at,
};

fn judge(pairs: &[(&str, &str)], body: &str, now: Timestamp) -> Result<(), Rejection> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    match examine(&close_hook(), &headers(pairs), &body, now, TOLERANCE) {
        Verdict::Accepted(_) => Ok(()),
        Verdict::Rejected(rejection) => Err(rejection),
        other => panic!("{other:?}"),
    }
}

fn signed_with(hash: &str) -> [(&str, &str); 2] {
    [("close-sig-hash", hash), ("close-sig-timestamp", SENT)]
}

#[test]
fn the_vector_verifies() {
    assert_eq!(BODY.len(), 162);
    assert_eq!(judge(&signed_with(HASH), BODY, sent_at()), Ok(()));
}

#[test]
fn upper_case_hex_is_the_same_signature() {
    assert_eq!(judge(&signed_with(&HASH.to_uppercase()), BODY, sent_at()), Ok(()));
}

#[test]
fn the_key_as_text_makes_another_signature() {
    let verdict = judge(&signed_with(HASH_WITH_KEY_AS_TEXT), BODY, sent_at());
    assert_eq!(verdict, Err(Rejection::SignatureMismatch));
}

#[test]
fn one_flipped_bit_of_the_body_is_noticed() {
    let flipped = BODY.replace("Nord", "Oord");
    assert_eq!(judge(&signed_with(HASH), &flipped, sent_at()), Err(Rejection::SignatureMismatch));
}

#[test]
fn the_same_json_written_anew_is_not_what_was_signed() {
    let written_anew =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(BODY).unwrap());
    let verdict = judge(&signed_with(HASH), &written_anew.unwrap(), sent_at());
    assert_eq!(verdict, Err(Rejection::SignatureMismatch));
}

#[rstest]
#[case::no_header(&[], Rejection::MissingSignature)]
#[case::no_hash(&[("close-sig-timestamp", SENT)], Rejection::MissingSignature)]
#[case::no_timestamp(&[("close-sig-hash", HASH)], Rejection::MissingTimestamp)]
#[case::not_hex(&[("close-sig-hash", "not hex"), ("close-sig-timestamp", SENT)], Rejection::MalformedSignature)]
#[case::half_a_byte(&[("close-sig-hash", "d48"), ("close-sig-timestamp", SENT)], Rejection::MalformedSignature)]
#[case::prefixed(&[("close-sig-hash", "0xd4"), ("close-sig-timestamp", SENT)], Rejection::MalformedSignature)]
#[case::too_short(&[("close-sig-hash", "d4838910"), ("close-sig-timestamp", SENT)], Rejection::SignatureLength)]
#[case::empty(&[("close-sig-hash", ""), ("close-sig-timestamp", SENT)], Rejection::SignatureLength)]
#[case::timestamp_in_words(&[("close-sig-hash", HASH), ("close-sig-timestamp", "now")], Rejection::MalformedTimestamp)]
#[case::timestamp_with_a_sign(&[("close-sig-hash", HASH), ("close-sig-timestamp", "+1772442014")], Rejection::MalformedTimestamp)]
#[case::timestamp_empty(&[("close-sig-hash", HASH), ("close-sig-timestamp", "")], Rejection::MalformedTimestamp)]
#[case::timestamp_of_30_digits(&[("close-sig-hash", HASH), ("close-sig-timestamp", "177244201417724420141772442014")], Rejection::MalformedTimestamp)]
#[case::timestamp_of_another_age(&[("close-sig-hash", HASH), ("close-sig-timestamp", "9223372036854775807")], Rejection::StaleTimestamp)]
#[case::timestamp_not_the_signed_one(&[("close-sig-hash", HASH), ("close-sig-timestamp", "1772442015")], Rejection::SignatureMismatch)]
#[case::timestamp_padded(&[("close-sig-hash", HASH), ("close-sig-timestamp", "01772442014")], Rejection::SignatureMismatch)]
fn each_mistake_has_its_own_reason(#[case] pairs: &[(&str, &str)], #[case] reason: Rejection) {
    assert_eq!(judge(pairs, BODY, sent_at()), Err(reason));
}

#[rstest]
#[case::late(sent_at().plus(Duration::from_mins(6)))]
#[case::early(sent_at().minus(Duration::from_mins(6)))]
fn six_minutes_off_is_stale(#[case] now: Timestamp) {
    assert_eq!(judge(&signed_with(HASH), BODY, now), Err(Rejection::StaleTimestamp));
}

#[rstest]
#[case::late(sent_at().plus(TOLERANCE))]
#[case::early(sent_at().minus(TOLERANCE))]
fn the_tolerance_itself_is_allowed(#[case] now: Timestamp) {
    assert_eq!(judge(&signed_with(HASH), BODY, now), Ok(()));
}

#[test]
fn without_a_key_nothing_passes() {
    let keyless = hook(bellhop_trigger::hooks::Verifier::Vendor {
        sender: bellhop_trigger::manifest::close(),
        key: None,
    });
    let verdict = examine(
        &keyless,
        &headers(&signed_with(HASH)),
        &Bytes::from_static(BODY.as_bytes()),
        sent_at(),
        TOLERANCE,
    );
    assert_eq!(verdict, Verdict::Rejected(Rejection::NoKey));
}

#[test]
fn a_hook_that_is_switched_off_refuses_even_what_is_genuine() {
    let mut off = close_hook();
    off.active = false;
    let verdict = examine(
        &off,
        &headers(&signed_with(HASH)),
        &Bytes::from_static(BODY.as_bytes()),
        sent_at(),
        TOLERANCE,
    );
    assert_eq!(verdict, Verdict::Rejected(Rejection::Inactive));
}

#[test]
fn no_two_rejections_share_a_word() {
    use Rejection as R;
    let all = [
        R::UnknownHook,
        R::Inactive,
        R::NoKey,
        R::MissingSignature,
        R::MissingTimestamp,
        R::MissingId,
        R::MalformedSignature,
        R::SignatureLength,
        R::MalformedTimestamp,
        R::StaleTimestamp,
        R::SignatureMismatch,
        R::Unauthorized,
        R::NotJson,
        R::UnsupportedContentType,
        R::NotAnEvent,
    ];
    let words: std::collections::HashSet<_> = all.iter().map(|rejection| rejection.as_str()).collect();
    assert_eq!(words.len(), all.len());
    assert!(all.iter().all(|rejection| (400..500).contains(&rejection.status())));
}
