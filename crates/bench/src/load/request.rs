//! A signed delivery as Close sends it: made once, then patched for each event.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};

use bellhop_workflow::time::{Clock as _, SystemClock, Timestamp};
use close_simulator::{EventDraft, event_body};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

/// The length of each body, in bytes: a usual event of Close's.
pub(crate) const BODY_LENGTH: usize = 1_400;

/// What stands in the template where an event's id goes: `ev_` and 22 characters, as long as Close's.
const EVENT_ID: &str = "ev_bench0bench0bench0bench";
/// What stands there where it says when it happened: the beginning of the year 2000, as Close writes it.
const HAPPENED: &str = "2000-01-01T00:00:00.000000";
const HAPPENED_SECONDS: i64 = 946_684_800;
const SECONDS: &str = "0000000001";
const HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Tells events apart, over all connections and phases.
static EVENTS: AtomicU64 = AtomicU64::new(0);

/// Whom deliveries go to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Where the server listens.
    pub(crate) address: SocketAddr,
    /// The inbound URL's last part.
    pub(crate) hook_id: String,
    /// The subscription's key, decoded.
    pub(crate) key: Vec<u8>,
    /// Whether deliveries are signed with it.
    pub(crate) signing: Signing,
}

/// Whether deliveries are what they seem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    /// They are signed.
    Genuine,
    /// Their signature is made up.
    Forged,
}

impl Signing {
    /// What a server may answer: one that has too much of forged deliveries need not look at each.
    pub(crate) const fn answers(self) -> &'static [u16] {
        match self {
            Self::Genuine => &[200],
            Self::Forged => &[401, 429],
        }
    }

    /// Where they come from. Who forges is somebody else, who has an address of their own.
    pub(crate) const fn source(self) -> Ipv4Addr {
        match self {
            Self::Genuine => Ipv4Addr::LOCALHOST,
            Self::Forged => Ipv4Addr::new(127, 0, 0, 2),
        }
    }
}

/// The template cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TemplateError {
    /// The simulator's sample event does not fit.
    #[error("the sample event cannot be made {BODY_LENGTH} bytes long")]
    Length,
    /// The simulator knows no such event.
    #[error(transparent)]
    Event(#[from] close_simulator::EmitError),
    /// The key cannot be used.
    #[error("the signature key cannot be used")]
    Key,
}

/// A request whose event id, times and signature are put in anew for each delivery.
pub(crate) struct RequestTemplate {
    bytes: Vec<u8>,
    event_id: usize,
    /// Everywhere that the event says when.
    happened: Vec<usize>,
    seconds: usize,
    hash: usize,
    body: usize,
    /// With the key taken in.
    mac: Hmac<Sha256>,
    signing: Signing,
}

impl RequestTemplate {
    pub(crate) fn new(target: &Target) -> Result<Self, TemplateError> {
        let body = sample_body()?;
        let Target { address, hook_id, key, signing } = target;
        let head = format!(
            "POST /webhook/{hook_id} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             user-agent: Close Webhooks\r\nclose-sig-timestamp: {SECONDS}\r\nclose-sig-hash: {HASH}\r\n\
             content-length: {BODY_LENGTH}\r\n\r\n"
        );
        let place = |text: &str, wanted: &str| text.find(wanted).ok_or(TemplateError::Length);
        Ok(Self {
            event_id: head.len() + place(&body, EVENT_ID)?,
            happened: body.match_indices(HAPPENED).map(|(place, _)| head.len() + place).collect(),
            seconds: place(&head, SECONDS)?,
            hash: place(&head, HASH)?,
            body: head.len(),
            bytes: (head + &body).into_bytes(),
            mac: Hmac::new_from_slice(key).map_err(|_| TemplateError::Key)?,
            signing: *signing,
        })
    }

    /// The next event's request, signed for now.
    pub(crate) fn next(&mut self) -> &[u8] {
        self.fill(EVENTS.fetch_add(1, Ordering::Relaxed), SystemClock.now())
    }

    fn fill(&mut self, event: u64, now: Timestamp) -> &[u8] {
        // Sixteen hex digits after the first ten characters.
        let mut id = [0; 16];
        // The slice has the length that the encoder wants.
        let _ = hex::encode_to_slice(scattered(event).to_be_bytes(), &mut id);
        self.put(self.event_id + EVENT_ID.len() - id.len(), &id);
        let moment = now.to_string();
        for place in 0..self.happened.len() {
            self.put(self.happened[place], &moment.as_bytes()[..HAPPENED.len()]);
        }
        self.put(self.seconds, format!("{:010}", now.as_micros() / 1_000_000).as_bytes());
        if self.signing == Signing::Forged {
            return &self.bytes;
        }
        let mut mac = self.mac.clone();
        mac.update(&self.bytes[self.seconds..self.seconds + SECONDS.len()]);
        mac.update(&self.bytes[self.body..]);
        let mut hash = [0; 64];
        let _ = hex::encode_to_slice(mac.finalize().into_bytes(), &mut hash);
        self.put(self.hash, &hash);
        &self.bytes
    }

    fn put(&mut self, at: usize, text: &[u8]) {
        self.bytes[at..at + text.len()].copy_from_slice(text);
    }
}

/// A different number for each number, without their order: real ids come in no order, and an index that only ever
/// grows at its end would be a cheaper one. (The finaliser of `SplitMix64`, which is a bijection.)
const fn scattered(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// The fields of the opportunity that are sent: all of them would make an event that is longer than the usual one.
const FIELDS: [&str; 11] = [
    "id",
    "lead_id",
    "lead_name",
    "contact_name",
    "status_label",
    "status_type",
    "confidence",
    "value",
    "value_currency",
    "value_period",
    "note",
];

/// An update of an opportunity, as the simulator would send it, with a note as long as the rest leaves room for.
fn sample_body() -> Result<String, TemplateError> {
    let happened = jiff::Timestamp::from_second(HAPPENED_SECONDS).unwrap_or_default();
    let with_note = |note: &str| {
        let draft =
            EventDraft { event_id: Some(EVENT_ID.to_owned()), ..EventDraft::new("opportunity", "updated") };
        let draft = draft.data(json!({ "note": note }));
        let mut body = event_body(&draft, "whsub_4tQy9Zb2LrW8kHs0VnXc1D", 1, happened)?;
        if let Some(object) = body["event"]["data"].as_object_mut() {
            object.retain(|name, _| FIELDS.contains(&name.as_str()));
        }
        Ok::<_, TemplateError>(body.to_string())
    };
    let missing = BODY_LENGTH.checked_sub(with_note("")?.len()).ok_or(TemplateError::Length)?;
    let words = "Asked for a second quote, with delivery to the new warehouse. ";
    let note: String = words.chars().cycle().take(missing).collect();
    let body = with_note(&note)?;
    if body.len() == BODY_LENGTH { Ok(body) } else { Err(TemplateError::Length) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const KEY: &str = "9d2c41f07ab85e6633d1c0e4977fba1028cd45e6f1903b7da26e58c4719b0fde";

    fn template() -> RequestTemplate {
        let key = hex::decode(KEY).unwrap();
        let target = Target {
            address: ([127, 0, 0, 1], 80).into(),
            hook_id: "abc".to_owned(),
            key,
            signing: Signing::Genuine,
        };
        RequestTemplate::new(&target).unwrap()
    }

    #[test]
    fn a_request_is_signed_as_the_vendor_signs() {
        let mut template = template();
        let request = template.fill(7, Timestamp::from_seconds(1_772_442_014)).to_vec();
        let text = String::from_utf8(request).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert_eq!(body.len(), BODY_LENGTH);
        assert!(head.contains("close-sig-timestamp: 1772442014\r\n"), "{head}");
        let expected = close_simulator::sign(KEY, "1772442014", body.as_bytes()).unwrap();
        assert!(head.contains(&format!("close-sig-hash: {expected}\r\n")), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["event"]["id"].as_str().unwrap().len(), EVENT_ID.len());
        assert_eq!(body["event"]["object_type"], "opportunity");
        for name in ["date_created", "date_updated"] {
            assert_eq!(body["event"][name], "2026-03-02T09:00:14.000000", "{name}");
        }
    }

    #[test]
    fn every_event_has_an_id_of_its_own() {
        let mut template = template();
        let now = Timestamp::from_seconds(1_772_442_014);
        let place = template.event_id..template.event_id + EVENT_ID.len();
        let ids: HashSet<_> =
            (0..1_000).map(|event| template.fill(event, now)[place.clone()].to_vec()).collect();
        assert_eq!(ids.len(), 1_000);
    }
}
