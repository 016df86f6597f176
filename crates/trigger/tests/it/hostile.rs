//! Bytes that were made to break a reader: a rejection or an accepted event, never a panic.

use bellhop_trigger::envelope;
use bellhop_trigger::hooks::{Hook, Proof};
use bellhop_trigger::inbound::{Rejection, Verdict, examine};
use bellhop_trigger::manifest::manifests;
use bellhop_trigger::signature::{SentAt, SentIn, Signature, SignatureKey, shared};
use bellhop_workflow::event::parse_body;
use bellhop_workflow::model::{HmacAlgorithm, SignatureEncoding, WrittenScheme};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use rstest::rstest;

use crate::fixtures::{KEY, SENT, TOLERANCE, close_hook, deliver, headers, sent_at, signed, webhook};

fn nested(depth: usize) -> Vec<u8> {
    let (open, close) = (r#"{"event":"#.repeat(depth), "}".repeat(depth));
    format!("{open}1{close}").into_bytes()
}

#[rstest]
#[case::empty(Vec::new(), Rejection::NotJson)]
#[case::invalid_utf8(b"{\"event\": {\"object_type\": \"lead\xff\", \"action\": \"created\"}}".to_vec(), Rejection::NotJson)]
#[case::ten_thousand_deep(nested(10_000), Rejection::NotJson)]
#[case::ten_thousand_lists("[".repeat(10_000).into_bytes(), Rejection::NotJson)]
#[case::lone_surrogate(br#"{"event": {"id": "\ud800", "object_type": "lead", "action": "created"}}"#.to_vec(), Rejection::NotJson)]
#[case::cut_short(br#"{"event": {"#.to_vec(), Rejection::NotJson)]
#[case::more_after_it(br#"{"event": "lead.created"} {}"#.to_vec(), Rejection::NotJson)]
fn a_genuine_delivery_of_nonsense_is_refused_with_its_reason(
    #[case] body: Vec<u8>,
    #[case] reason: Rejection,
) {
    assert_eq!(deliver(&close_hook(), &body), Verdict::Rejected(reason));
}

#[test]
fn a_nul_in_every_text_is_an_event_like_another() {
    let body = br#"{"event": {"id": "ev_\u0000", "object_type": "le\u0000ad", "action": "\u0000", "date_updated": "\u0000",
        "lead_id": "\u0000", "changed_fields": ["\u0000"], "data": {"\u0000": "\u0000"}}}"#;
    let Verdict::Accepted(event) = deliver(&close_hook(), body) else { panic!("refused") };
    assert_eq!(event.event_type, "le\0ad.\0");
    assert_eq!(event.event_id.as_deref(), Some("ev_\0"));
}

#[test]
fn a_number_of_400_digits_is_no_panic() {
    let body = format!(
        r#"{{"event": {{"id": "ev_1", "object_type": "lead", "action": "created", "data": {{"value": {}}}}}}}"#,
        "9".repeat(400)
    );
    let verdict = deliver(&close_hook(), body.as_bytes());
    assert!(matches!(verdict, Verdict::Accepted(_) | Verdict::Rejected(Rejection::NotJson)), "{verdict:?}");
}

#[test]
fn a_type_of_a_megabyte_is_shortened_for_the_log() {
    let body =
        serde_json::json!({"event": {"id": "ev_1", "object_type": "é".repeat(1 << 20), "action": "created"}});
    let Verdict::Accepted(event) = deliver(&close_hook(), body.to_string().as_bytes()) else {
        panic!("refused")
    };
    assert!(event.event_type.len() <= 255);
}

#[rstest]
#[case::empty(b"", true)]
#[case::invalid_utf8_as_text(b"\xff\xfe", true)]
fn a_webhook_without_a_content_type_takes_any_bytes(#[case] body: &'static [u8], #[case] accepted: bool) {
    let verdict = examine(
        &webhook(Some(Proof::Url)),
        &HeaderMap::new(),
        &Bytes::from_static(body),
        sent_at(),
        TOLERANCE,
    );
    assert_eq!(matches!(verdict, Verdict::Accepted(_)), accepted, "{verdict:?}");
}

#[test]
fn header_values_that_are_not_text_are_malformed() {
    let body = br#"{"event": "lead.created"}"#;
    let mut odd = signed(body);
    odd.insert("close-sig-hash", HeaderValue::from_bytes(b"\xff\xfe").unwrap());
    let verdict = examine(&close_hook(), &odd, &Bytes::from_static(body), sent_at(), TOLERANCE);
    assert_eq!(verdict, Verdict::Rejected(Rejection::MalformedSignature));
}

/// One that a workflow writes out, with everything that it can say.
fn written() -> Signature {
    (&WrittenScheme {
        header: "x-signature".to_owned(),
        algorithm: HmacAlgorithm::Sha512,
        encoding: SignatureEncoding::Base64,
        prefix: "v1=".to_owned(),
        timestamp_header: Some("x-time".to_owned()),
    })
        .into()
}

/// A value that begins as the sender's do, which random ones never do.
fn nearly(signature: &Signature, value: &[u8]) -> Vec<u8> {
    [b"t=1772442014,", signature.prefix.as_bytes(), value].concat()
}

/// Whatever a header can hold.
fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![Just(b'\t'), 0x20..0x7f_u8, 0x80..=0xff_u8], 0..100)
}

/// Texts that are nearly right, which random bytes never are.
fn nearly_a_delivery() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("null".to_owned()),
        Just("\"lead\"".to_owned()),
        Just("\"2026-03-02T09:20:14\"".to_owned()),
        Just("{}".to_owned()),
        Just("[\"name\", 1]".to_owned()),
        any::<String>().prop_map(|text| serde_json::Value::String(text).to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
    ];
    let name = prop::sample::select(vec![
        "id",
        "object_type",
        "action",
        "date_updated",
        "date_created",
        "changed_fields",
        "data",
        "previous_data",
        "lead_id",
        "event",
        "timestamp",
    ]);
    let fields = prop::collection::vec((name, word.clone()), 0..8).prop_map(|pairs| {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        pairs.join(", ")
    });
    (fields.clone(), fields, word, any::<bool>()).prop_map(|(inner, outer, word, is_nested)| {
        let event = if is_nested { format!("{{{inner}}}") } else { word };
        let comma = if outer.is_empty() { "" } else { "," };
        format!("{{{outer}{comma} \"event\": {event}}}")
    })
}

fn never_panics(hook: &Hook, body: Vec<u8>) {
    let headers = signed(&body);
    // A verdict on anything that was signed; what it says is for other tests.
    let verdict = examine(hook, &headers, &Bytes::from(body), sent_at(), TOLERANCE);
    assert!(!matches!(verdict, Verdict::Rejected(Rejection::SignatureMismatch)));
}

proptest! {
    #[test]
    fn arbitrary_header_values_never_verify(value in header_value(), time in header_value(), on_time in any::<bool>()) {
        let time = if on_time { SENT.as_bytes().to_vec() } else { time };
        for signature in manifests().iter().map(|manifest| &manifest.signature).chain([&written()]) {
            let key = SignatureKey::read(signature.key, &KEY.to_owned().into()).unwrap();
            for shown in [value.clone(), nearly(signature, &value), [signature.prefix.as_bytes(), &value].concat()] {
                let mut pairs = vec![(signature.header.as_str(), shown)];
                pairs.extend(signature.id.as_deref().map(|id| (id, value.clone())));
                if let Some(SentAt { place: SentIn::Header(header), .. }) = &signature.timestamp {
                    pairs.push((header, time.clone()));
                }
                let verified = signature.verify(&key, &headers(&pairs), b"{}", sent_at(), TOLERANCE);
                prop_assert!(verified.is_err(), "{} {:?}", signature.header, pairs);
            }
        }
    }

    #[test]
    fn arbitrary_header_values_never_authenticate(value in header_value()) {
        let headers = headers(&[("authorization", &value), ("x-token", &value)]);
        let secret = "s3cr3t-Key_42".to_owned().into();
        prop_assert!(shared::basic(&headers, &secret, &secret).is_err());
        prop_assert!(shared::bearer(&headers, &secret).is_err());
        prop_assert!(shared::fixed_header(&headers, "x-token", &secret).is_err());
    }

    #[test]
    fn arbitrary_events_of_a_known_sender_never_panic(
        kind in header_value(), body in prop_oneof![prop::collection::vec(any::<u8>(), 0..300), nearly_a_delivery().prop_map(String::into_bytes)],
    ) {
        let pairs = [("x-github-delivery", &kind), ("x-github-event", &kind), ("webhook-id", &kind)];
        for manifest in manifests() {
            if let Ok(parsed) = envelope::webhook::parse(Some(manifest), &headers(&pairs), &body, sent_at()) {
                prop_assert!(parsed.dedup_key.is_none_or(|key| key.len() <= 255));
                prop_assert!(parsed.event_id.is_none_or(|id| id.len() <= 255));
                let again = parsed.head.clone().attach(parse_body(&body));
                prop_assert_eq!(parsed.head.attach(parsed.raw), again, "read back as it was judged");
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..500)) {
        never_panics(&close_hook(), body);
    }

    #[test]
    fn nearly_right_deliveries_never_panic(body in nearly_a_delivery()) {
        never_panics(&close_hook(), body.into_bytes());
    }

    #[test]
    fn what_is_accepted_fits_its_columns(body in nearly_a_delivery()) {
        if let Ok(parsed) = envelope::close::parse(body.as_bytes(), sent_at()) {
            prop_assert!(parsed.dedup_key.is_none_or(|key| key.len() <= 255));
            prop_assert!(parsed.event_id.is_none_or(|id| id.len() <= 255));
            prop_assert!(!parsed.head.object_type.is_empty() && !parsed.head.action.is_empty());
        }
    }

    #[test]
    fn arbitrary_webhooks_never_panic(kind in header_value(), body in prop::collection::vec(any::<u8>(), 0..500)) {
        let parsed = envelope::webhook::parse(None, &headers(&[("content-type", &kind), ("webhook-id", &kind)]), &body, sent_at());
        if let Ok(parsed) = parsed {
            let again = parsed.head.clone().attach(parse_body(&body));
            prop_assert_eq!(parsed.head.attach(parsed.raw), again, "read back as it was judged");
        }
    }
}
