//! Any headers and any body as a delivery: of a sender who proves itself by a signature, which nobody but the fuzzer's
//! ill luck can make; and of one who need not, whose body becomes an event and is put to a `where`.
//!
//! The first byte says which scheme. Then come headers, one a line, an empty line, and the body.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use bellhop_trigger::hooks::{Hook, Proof, Verifier};
use bellhop_trigger::inbound::{Verdict, examine};
use bellhop_trigger::manifest::manifests;
use bellhop_workflow::expression::Expression;
use bellhop_workflow::ids::{HookId, RegistrationId, TriggerId, Version, WorkflowId, WorkflowName};
use bellhop_workflow::model::{HmacScheme, WebhookResponse};
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_seconds(1_772_442_014);
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const WHERE: &str = "event.data.name | default('') | lower == 'x' or event.type in ['lead.created'] or \
     event.changed_fields and event.data.items | length > 2 or event.id | int > 3";

static HOOKS: LazyLock<Vec<Hook>> = LazyLock::new(|| {
    let named = manifests().iter().map(|manifest| {
        Proof::hmac(&HmacScheme::Named(manifest.name.to_string()), &SECRET.to_owned().into())
    });
    let proofs = named.filter_map(Result::ok).chain([
        Proof::Bearer(SECRET.to_owned().into()),
        Proof::Basic { username: SECRET.to_owned().into(), password: SECRET.to_owned().into() },
        Proof::Header { name: "x-token".to_owned().into(), value: SECRET.to_owned().into() },
    ]);
    proofs.map(hook).collect()
});

static OPEN: LazyLock<Hook> = LazyLock::new(|| hook(Proof::Url));

fn hook(proof: Proof) -> Hook {
    let id = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
    Hook {
        id: HookId::new("hook"),
        registration: RegistrationId::from_uuid(id),
        workflow_id: WorkflowId::from_uuid(id),
        workflow_name: WorkflowName::new("fuzzed"),
        version: Version(1),
        trigger_id: TriggerId::new("webhook"),
        active: true,
        events: None,
        published: Vec::new(),
        filter: Some(Expression::compile(WHERE).expect("it is an expression")),
        concurrency: None,
        mask: Vec::new(),
        response: WebhookResponse::Immediately,
        verifier: Verifier::Webhook { method: "POST".to_owned(), proof: Some(proof) },
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let end = rest.windows(2).position(|two| two == b"\n\n").unwrap_or(rest.len());
    let mut headers = HeaderMap::new();
    for line in rest[..end].split(|byte| *byte == b'\n').take(50) {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        if let (Some(name), Some(value)) = (parts.next(), parts.next())
            && let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            headers.append(name, value);
        }
    }
    let body = Bytes::copy_from_slice(rest.get(end + 2..).unwrap_or_default());
    let guarded = &HOOKS[usize::from(*first) % HOOKS.len()];
    let judged = |hook| examine(hook, &headers, &body, NOW, Duration::from_secs(300));
    assert!(
        matches!(judged(guarded), Verdict::Rejected(_)),
        "nobody has the key, and somebody is let in: {:?}",
        guarded.verifier
    );
    assert_eq!(nameless(judged(&OPEN)), nameless(judged(&OPEN)), "the same delivery is judged the same");
});

/// Without the id of an event that its sender has given none: that is drawn.
fn nameless(mut verdict: Verdict) -> Verdict {
    if let Verdict::Accepted(event) = &mut verdict
        && event.event_id.is_none()
    {
        event.head.id.clear();
    }
    verdict
}
