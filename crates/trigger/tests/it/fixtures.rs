//! The test vector, and hooks to send it to.

use std::time::Duration;

use bellhop_trigger::hooks::{Hook, Proof, Verifier};
use bellhop_trigger::inbound::{Verdict, examine};
use bellhop_trigger::signature::{KeyForm, SignatureKey};
use bellhop_workflow::ids::{HookId, RegistrationId, TriggerId, Version, WorkflowId, WorkflowName};
use bellhop_workflow::model::WebhookResponse;
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;

pub(crate) const KEY: &str = "9d2c41f07ab85e6633d1c0e4977fba1028cd45e6f1903b7da26e58c4719b0fde";
pub(crate) const SENT: &str = "1772442014";
pub(crate) const BODY: &str = r#"{"subscription_id":"whsub_4tQy9Zb2LrW8kHs0VnXc1D","event":{"id":"ev_6Pn2VdWq0cRzT8yKb4Lm7S","object_type":"lead","action":"created","data":{"name":"Café Nord"}}}"#;
pub(crate) const HASH: &str = "d4838910a60c4558dca8ceb3642287947e9718d8934f78f0ffcf4408bf034aad";
/// What the HMAC would be with the key's text as its bytes.
pub(crate) const HASH_WITH_KEY_AS_TEXT: &str =
    "c3b8738cd37517b2f1bec222f38dccccbd9830dde0198c83af07d18da2153664";
pub(crate) const TOLERANCE: Duration = Duration::from_mins(5);

/// The instant that the vector was sent at.
pub(crate) fn sent_at() -> Timestamp {
    Timestamp::from_seconds(1_772_442_014)
}

pub(crate) fn headers<V: AsRef<[u8]>>(pairs: &[(&str, V)]) -> HeaderMap {
    let parse = |(name, value): &(&str, V)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_ref()).unwrap())
    };
    pairs.iter().map(parse).collect()
}

pub(crate) fn hook(verifier: Verifier) -> Hook {
    let now = sent_at();
    Hook {
        id: HookId::new("00112233445566778899aabbccddeeff"),
        registration: RegistrationId::generate(now),
        workflow_id: WorkflowId::generate(now),
        workflow_name: WorkflowName::new("greet"),
        version: Version(1),
        trigger_id: TriggerId::new("close"),
        active: true,
        events: None,
        published: Vec::new(),
        filter: None,
        concurrency: None,
        mask: Vec::new(),
        response: WebhookResponse::Immediately,
        verifier,
    }
}

pub(crate) fn close_hook() -> Hook {
    let key = SignatureKey::read(KeyForm::Hex, &KEY.to_owned().into()).unwrap();
    hook(Verifier::Vendor { sender: bellhop_trigger::manifest::close(), key: Some(key) })
}

pub(crate) fn webhook(proof: Option<Proof>) -> Hook {
    hook(Verifier::Webhook { method: "POST".to_owned(), proof })
}

/// The headers of a delivery of Close's, signed as Close signs.
pub(crate) fn signed(body: &[u8]) -> HeaderMap {
    let mut mac = Hmac::<Sha256>::new_from_slice(&hex::decode(KEY).unwrap()).unwrap();
    mac.update(SENT.as_bytes());
    mac.update(body);
    let hash = hex::encode(mac.finalize().into_bytes());
    headers(&[("close-sig-hash", hash.as_str()), ("close-sig-timestamp", SENT)])
}

/// What becomes of `body`, signed well and on time.
pub(crate) fn deliver(hook: &Hook, body: &[u8]) -> Verdict {
    examine(hook, &signed(body), &Bytes::copy_from_slice(body), sent_at(), TOLERANCE)
}
