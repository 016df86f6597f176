//! Senders as data: each against its published test vector, what its events are called, and what a new one takes.

use std::time::Duration;

use bellhop_trigger::catalogue::catalogue;
use bellhop_trigger::hooks::Proof;
use bellhop_trigger::inbound::{AcceptedEvent, Rejection, Verdict, examine};
use bellhop_trigger::manifest::{ValuePlace, manifest, manifests};
use bellhop_trigger::signature::{KeyForm, Part, SentIn, Signature, SignatureKey, VerifyError};
use bellhop_workflow::EventCatalogue as _;
use bellhop_workflow::event::parse_body;
use bellhop_workflow::model::HmacScheme;
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::{TOLERANCE, headers, sent_at, webhook};

/// The body, secret and key of the vectors that were computed outside of this project, with Python's `hmac`.
const BODY: &str = r#"{"id":"evt_7","type":"demo.ping","n":1}"#;
const SECRET: &str = "s3cr3t-Key_42";
const WHSEC: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const STRIPE: &str = "be8fb6a0560926c4915579e2c33408727edd76b7bf0062b2ce161c0c3757122e";

/// The form that Slack's page signs: <https://docs.slack.dev/authentication/verifying-requests-from-slack>
const SLACK_FORM: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

fn proof(scheme: &str, secret: &str) -> Proof {
    Proof::hmac(&HmacScheme::Named(scheme.to_owned()), &secret.to_owned().into()).unwrap()
}

fn judge(
    scheme: &str,
    secret: &str,
    pairs: &[(&str, &str)],
    body: &str,
    now: Timestamp,
) -> Result<AcceptedEvent, Rejection> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    match examine(&webhook(Some(proof(scheme, secret))), &headers(pairs), &body, now, TOLERANCE) {
        Verdict::Accepted(event) => Ok(*event),
        Verdict::Rejected(rejection) => Err(rejection),
        other => panic!("{other:?}"),
    }
}

/// Published: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
const GITHUB: (&str, &str, &[(&str, &str)]) = (
    "It's a Secret to Everybody",
    "Hello, World!",
    &[
        ("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
        ("content-type", "text/plain"),
    ],
);

/// Published, see [`SLACK_FORM`].
const SLACK: (&str, &str, &[(&str, &str)]) = (
    "8f742231b10e8888abcd99yyyzzz85a5",
    SLACK_FORM,
    &[
        ("x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ("x-slack-request-timestamp", "1531420618"),
        ("content-type", "application/x-www-form-urlencoded"),
    ],
);

/// Published: <https://www.standardwebhooks.com>, its simulator and libraries.
const STANDARD: (&str, &str, &[(&str, &str)]) = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    r#"{"test": 2432232314}"#,
    &[
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ],
);

/// Published by Svix, which signs so as well, with a key of 18 bytes.
const SVIX: (&str, &str, &[(&str, &str)]) = (
    "whsec_plJ3nmyCDGBKInavdOK15jsl",
    r#"{"event_type":"ping","data":{"success":true}}"#,
    &[
        ("webhook-id", "msg_loFOjxBNrRLzqYUf"),
        ("webhook-timestamp", "1731705121"),
        ("webhook-signature", "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="),
    ],
);

/// Stripe publishes none.
const STRIPES: Vector = (
    SECRET,
    BODY,
    &[(
        "stripe-signature",
        "t=1772442014,v1=be8fb6a0560926c4915579e2c33408727edd76b7bf0062b2ce161c0c3757122e",
    )],
);

type Vector = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

#[rstest]
#[case::github("github", GITHUB, 1_772_442_014)]
#[case::slack("slack", SLACK, 1_531_420_618)]
#[case::standard_webhooks("standard_webhooks", STANDARD, 1_614_265_330)]
#[case::svix("standard_webhooks", SVIX, 1_731_705_121)]
#[case::stripe("stripe", STRIPES, 1_772_442_014)]
fn the_vector_verifies_and_nothing_beside_it(
    #[case] scheme: &str,
    #[case] (secret, body, pairs): Vector,
    #[case] sent: i64,
) {
    let now = Timestamp::from_seconds(sent);
    assert!(judge(scheme, secret, pairs, body, now).is_ok());
    let altered = format!("{body} ");
    assert_eq!(judge(scheme, secret, pairs, &altered, now), Err(Rejection::SignatureMismatch));
    let other = if secret.starts_with("whsec_") { WHSEC } else { SECRET };
    let other = if other == secret { "another-key" } else { other };
    assert_eq!(judge(scheme, other, pairs, body, now), Err(Rejection::SignatureMismatch));
    let later = now.plus(Duration::from_mins(6));
    let timed = manifest(scheme).unwrap().signature.timestamp.is_some();
    let stale = judge(scheme, secret, pairs, body, later);
    assert_eq!(stale.err(), timed.then_some(Rejection::StaleTimestamp));
    for (name, _) in pairs.iter().filter(|(name, _)| *name != "content-type") {
        let without: Vec<_> = pairs.iter().copied().filter(|(other, _)| other != name).collect();
        let missing = judge(scheme, secret, &without, body, now).unwrap_err();
        let reasons = [Rejection::MissingSignature, Rejection::MissingTimestamp, Rejection::MissingId];
        assert!(reasons.contains(&missing), "{name}: {missing}");
    }
}

#[rstest]
#[case::the_second_matches(&format!("t=1772442014,v1={},v1={STRIPE}", "0".repeat(64)), Ok(()))]
#[case::with_spaces(&format!("t=1772442014, v1={STRIPE}"), Ok(()))]
#[case::beside_an_old_scheme(&format!("t=1772442014,v0={},v1={STRIPE}", "0".repeat(64)), Ok(()))]
#[case::in_the_old_scheme_alone(&format!("t=1772442014,v0={STRIPE}"), Err(Rejection::MalformedSignature))]
#[case::none_matches(&format!("t=1772442014,v1={},v1={}", "0".repeat(64), "1".repeat(64)), Err(Rejection::SignatureMismatch))]
#[case::no_time(&format!("v1={STRIPE}"), Err(Rejection::MissingTimestamp))]
#[case::another_time(&format!("t=1772442015,v1={STRIPE}"), Err(Rejection::SignatureMismatch))]
#[case::time_with_a_dot_in_it(&format!("t=1772442014.{{,v1={STRIPE}"), Err(Rejection::MalformedTimestamp))]
#[case::behind_eight_others(&format!("t=1772442014,{}v1={STRIPE}", format!("v1={},", "0".repeat(64)).repeat(8)), Err(Rejection::SignatureMismatch))]
#[case::cut_short(&format!("t=1772442014,v1={}", &STRIPE[..62]), Err(Rejection::SignatureLength))]
fn one_of_several_signatures_is_enough(#[case] value: &str, #[case] verdict: Result<(), Rejection>) {
    let judged = judge("stripe", SECRET, &[("stripe-signature", value)], BODY, sent_at());
    assert_eq!(judged.map(drop), verdict);
}

#[rstest]
#[case::github("github", SECRET,
    &[("x-hub-signature-256", "sha256=c37432ded3b4f4cb73a4d03bf6a87c5d4170357296ada5f3fb9d2054021c300a"),
      ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"), ("x-github-event", "push")],
    "72d3162e-cc78-11e3-81ab-4c9367dc0958", ("push", "push", "received"))]
#[case::stripe("stripe", SECRET,
    &[("stripe-signature", "t=1772442014,v1=be8fb6a0560926c4915579e2c33408727edd76b7bf0062b2ce161c0c3757122e")],
    "evt_7", ("demo.ping", "demo", "ping"))]
#[case::standard_webhooks("standard_webhooks", WHSEC,
    &[("webhook-id", "msg_1"), ("webhook-timestamp", "1772442014"),
      ("webhook-signature", "v1,HVF1lfoJhKGr3szvqoamd/0YakTiH+yoO1UIqrI/7WI=")],
    "msg_1", ("demo.ping", "demo", "ping"))]
fn an_event_has_its_senders_id_and_type(
    #[case] scheme: &str,
    #[case] secret: &str,
    #[case] pairs: &[(&str, &str)],
    #[case] id: &str,
    #[case] (kind, object_type, action): (&str, &str, &str),
) {
    let event = judge(scheme, secret, pairs, BODY, sent_at()).unwrap();
    assert_eq!(event.event_id.as_deref(), Some(id));
    assert_eq!(event.dedup_key, Some(format!("close:{id}")), "a second delivery of it is a duplicate");
    assert_eq!(event.event_type, kind);
    let event = event.head.attach(parse_body(BODY.as_bytes()));
    assert_eq!((event.object_type.as_str(), event.action.as_str()), (object_type, action));
    assert_eq!((event.source.as_str(), event.data), (scheme, serde_json::from_str::<Value>(BODY).unwrap()));
}

#[test]
fn githubs_action_is_a_part_of_the_type() {
    let parsed = bellhop_trigger::envelope::webhook::parse(
        manifest("github"),
        &headers(&[("x-github-event", "issues"), ("content-type", "application/json")]),
        br#"{"action": "opened"}"#,
        sent_at(),
    )
    .unwrap();
    let (kind, object_type, action) = (parsed.head.kind, parsed.head.object_type, parsed.head.action);
    assert_eq!((&*kind, &*object_type, &*action), ("issues.opened", "issues", "opened"));
    assert_eq!(parsed.dedup_key, None, "it has no id");
}

/// Computed with Python's `hmac`; Slack publishes no vector of such a request.
const CHALLENGE: &str = r#"{"type":"url_verification","token":"t0ken","challenge":"3eZbrw1aBm2rZgRNFdxV"}"#;
const CHALLENGE_SIGNATURE: &str = "v0=5169bcc3f0afd10bd8f05bb37d6d155b85655853e3d5ef36c57de8edcd161b8c";

#[test]
fn slack_gets_its_challenge_back_once_it_has_proved_itself() {
    let ask = |signature: &str| {
        let pairs = [("x-slack-signature", signature), ("x-slack-request-timestamp", "1772442014")];
        let hook = webhook(Some(proof("slack", SECRET)));
        examine(&hook, &headers(&pairs), &Bytes::from_static(CHALLENGE.as_bytes()), sent_at(), TOLERANCE)
    };
    assert_eq!(ask(CHALLENGE_SIGNATURE), Verdict::Challenged { answer: "3eZbrw1aBm2rZgRNFdxV".to_owned() });
    let forged = CHALLENGE_SIGNATURE.replace('5', "6");
    assert_eq!(ask(&forged), Verdict::Rejected(Rejection::SignatureMismatch));
}

/// What it is called, how it signs, its secret, and the headers of a delivery.
type Other = (&'static str, Value, &'static str, Vec<(&'static str, String)>);

/// Senders that have no manifest yet: what it would say of their signatures, and a vector of each.
fn others() -> Vec<Other> {
    let hex = "c37432ded3b4f4cb73a4d03bf6a87c5d4170357296ada5f3fb9d2054021c300a";
    let base64 = "w3Qy3tO09MtzpNA79qh8XUFwNXKWraXz+50gVAIcMAo=";
    let plain = |header: &str, prefix: &str, hash: &str, encoding: &str| json!({ "header": header, "prefix": prefix, "hash": hash, "encoding": encoding, "key": "text", "signs": "{body}" });
    let timed = |header: &str, encoding: &str, signs: &str, timestamp: &str, unit: &str| {
        json!({ "header": header, "hash": "sha256", "encoding": encoding, "key": "text", "signs": signs,
            "timestamp": { "in": { "header": timestamp }, "unit": unit } })
    };
    let mut pagerduty = plain("x-pagerduty-signature", "v1=", "sha256", "hex");
    pagerduty["separator"] = json!(",");
    vec![
        (
            "Asana",
            plain("x-hook-signature", "", "sha256", "hex"),
            SECRET,
            vec![("x-hook-signature", hex.to_owned())],
        ),
        (
            "Shopify",
            plain("x-shopify-hmac-sha256", "", "sha256", "base64"),
            SECRET,
            vec![("x-shopify-hmac-sha256", base64.to_owned())],
        ),
        (
            "Typeform",
            plain("typeform-signature", "sha256=", "sha256", "base64"),
            SECRET,
            vec![("typeform-signature", format!("sha256={base64}"))],
        ),
        (
            "Greenhouse",
            plain("signature", "sha256 ", "sha256", "hex"),
            SECRET,
            vec![("signature", format!("sha256 {hex}"))],
        ),
        (
            "Intercom",
            plain("x-hub-signature", "sha1=", "sha1", "hex"),
            SECRET,
            vec![("x-hub-signature", "sha1=cef373e214340d75d06ca3f19359b03e02b46bd2".to_owned())],
        ),
        (
            "Help Scout",
            plain("x-helpscout-signature", "", "sha1", "base64"),
            SECRET,
            vec![("x-helpscout-signature", "zvNz4hQ0DXXQbKPxk1mwPgK0a9I=".to_owned())],
        ),
        (
            "PagerDuty",
            pagerduty,
            SECRET,
            vec![("x-pagerduty-signature", format!("v1={},v1={hex}", "0".repeat(64)))],
        ),
        (
            "Zendesk",
            timed(
                "x-zendesk-webhook-signature",
                "base64",
                "{timestamp}{body}",
                "x-zendesk-webhook-signature-timestamp",
                "rfc3339",
            ),
            SECRET,
            vec![
                ("x-zendesk-webhook-signature", "u2KVpK5iH7+Aq22lOQ+CVueI8PoDadU7w98dnzXAslc=".to_owned()),
                ("x-zendesk-webhook-signature-timestamp", "2026-03-02T09:00:14Z".to_owned()),
            ],
        ),
        (
            "BambooHR",
            timed("x-bamboohr-signature", "hex", "{body}{timestamp}", "x-bamboohr-timestamp", "seconds"),
            SECRET,
            vec![
                (
                    "x-bamboohr-signature",
                    "cc2f150f44673f4743c00107fd4b93370f3e27b84a8773ede92d49f1c97f318b".to_owned(),
                ),
                ("x-bamboohr-timestamp", "1772442014".to_owned()),
            ],
        ),
        (
            "Front",
            timed(
                "x-front-signature",
                "base64",
                "{timestamp}:{body}",
                "x-front-request-timestamp",
                "milliseconds",
            ),
            SECRET,
            vec![
                ("x-front-signature", "421UqdXxcd90ldQdLxND2vblVmphWqfUTnZyR1hm0fY=".to_owned()),
                ("x-front-request-timestamp", "1772442014123".to_owned()),
            ],
        ),
    ]
}

#[test]
fn a_further_sender_is_a_manifest_and_no_code() {
    for (label, signature, secret, pairs) in others() {
        let signature: Signature = serde_json::from_value(signature).unwrap();
        let key = SignatureKey::read(signature.key, &secret.to_owned().into()).unwrap();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let verify = |body: &[u8]| signature.verify(&key, &headers(&pairs), body, sent_at(), TOLERANCE);
        assert_eq!(verify(BODY.as_bytes()), Ok(()), "{label}");
        assert_eq!(verify(b"{}"), Err(VerifyError::Mismatch), "{label}");
    }
}

#[test]
fn every_manifest_is_complete() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemes");
    let files = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<String> =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    files.sort_unstable();
    let names: Vec<&str> = manifests().iter().map(|manifest| manifest.name).collect();
    assert_eq!(names, files, "each file is read, in the order of their names");
    for manifest in manifests() {
        let (name, signature) = (manifest.name, &manifest.signature);
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert!(!manifest.label.is_empty() && manifest.description.ends_with('.'), "{name}");
        assert!(manifest.page.starts_with("https://"), "{name}: its page says where the rules come from");
        let parts = &signature.signs.0;
        let signs = |part: &Part| parts.iter().filter(|other| *other == part).count();
        assert_eq!(signs(&Part::Body), 1, "{name}: a signature that leaves the body out proves nothing");
        assert_eq!(signs(&Part::Timestamp), usize::from(signature.timestamp.is_some()), "{name}");
        assert_eq!(signs(&Part::Id), usize::from(signature.id.is_some()), "{name}");
        let mut in_headers = vec![&signature.header];
        in_headers.extend(&signature.id);
        match signature.timestamp.as_ref().map(|timestamp| &timestamp.place) {
            Some(SentIn::Header(header)) => in_headers.push(header),
            Some(SentIn::Entry(_)) => {
                assert!(signature.separator.is_some(), "{name}: one entry holds no other");
            }
            None => {}
        }
        assert!(signature.separator.is_none() || !signature.prefix.is_empty(), "{name}: which entry is it?");
        for place in [Some(&manifest.event.id), Some(&manifest.event.kind), manifest.event.action.as_ref()] {
            match place {
                Some(ValuePlace::Header(header)) => in_headers.push(header),
                Some(ValuePlace::Pointer(pointer)) => assert!(pointer.starts_with('/'), "{name}: {pointer}"),
                None => {}
            }
        }
        for header in in_headers {
            assert!(http::HeaderName::from_lowercase(header.as_bytes()).is_ok(), "{name}: {header}");
        }
    }
}

#[test]
fn what_a_workflow_can_name_is_every_manifest_without_a_trigger_of_its_own() {
    let schemes = catalogue().schemes();
    let names: Vec<&str> = schemes.iter().map(|scheme| scheme.name.as_str()).collect();
    assert_eq!(names, ["github", "slack", "standard_webhooks", "stripe"]);
    assert!(schemes.iter().all(|scheme| manifest(&scheme.name).is_some()));
}

#[rstest]
#[case::empty(KeyForm::Text, "")]
#[case::empty_hex(KeyForm::Hex, "")]
#[case::not_hex(KeyForm::Hex, "q!w@e#")]
#[case::empty_base64(KeyForm::Whsec, "whsec_")]
#[case::not_base64(KeyForm::Whsec, "whsec_???")]
fn what_is_no_key_verifies_nothing(#[case] form: KeyForm, #[case] text: &str) {
    let refused = SignatureKey::read(form, &text.to_owned().into()).unwrap_err();
    let secret = text.trim_start_matches("whsec_");
    assert!(secret.is_empty() || !refused.to_string().contains(secret), "an error shows nothing of a key");
}
