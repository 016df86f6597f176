//! The catalogue as it is shown: in REST, on the command line, in the web app. The same everywhere, and needs no server.

use std::sync::LazyLock;

use bellhop_workflow::event::STARTED_BY_HAND;
use bellhop_workflow::{EventCatalogue as _, PayloadFields};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{CLOSE, Catalogue, catalogue, suggest};
use crate::envelope::webhook::RECEIVED;
use crate::manifest::{Manifest, close, manifests};
use crate::schedule::FIRED;

const WEBHOOK: &str = "webhook";
const SCHEDULE: &str = "schedule";
const MANUAL: &str = "manual";

/// Where events come from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Provider {
    /// What REST and the command line call it; for a sender, what `scheme` of a webhook's `hmac` says.
    #[schema(example = "close")]
    pub name: &'static str,
    /// What a reader calls it.
    #[schema(example = "Close")]
    pub label: String,
    /// What it is, in a sentence.
    #[schema(example = "Events of the CRM; activating a workflow registers a webhook subscription.")]
    pub description: String,
    /// The kind of trigger that its events come through.
    #[schema(example = "close")]
    pub trigger: &'static str,
    /// The vendor's own page about it.
    #[schema(example = "https://developer.close.com/resources/webhooks/")]
    pub page: Option<String>,
    /// How many names of events are known.
    #[schema(example = 180)]
    pub events: usize,
    /// How its deliveries prove where they come from; none where that is for the workflow to say, or nothing is sent.
    pub signature: Option<SignatureScheme>,
    /// Where a delivery says the type of its event; none where that goes without saying.
    #[schema(example = "/event/object_type in the body, then /event/action in the body")]
    pub event_type: Option<String>,
}

/// How a sender signs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignatureScheme {
    /// Its name.
    #[schema(example = "close")]
    pub scheme: &'static str,
    /// What is signed and how, in a sentence.
    #[schema(example = "The hex HMAC-SHA256 of the timestamp followed by the body; the key is hexadecimal.")]
    pub description: String,
    /// The header with the signature.
    #[schema(example = "close-sig-hash")]
    pub header: String,
    /// `hmac-sha256` and the like.
    #[schema(example = "hmac-sha256")]
    pub algorithm: String,
    /// How the signature's bytes are written: `hex` or `base64`.
    #[schema(example = "hex")]
    pub encoding: &'static str,
    /// The bytes that are signed, such as `{timestamp}.{body}`.
    #[schema(example = "{timestamp}{body}")]
    pub signs: String,
    /// Where a delivery says when it was sent, where that is signed.
    #[schema(example = "header close-sig-timestamp")]
    pub timestamp: Option<String>,
}

/// An event that a trigger can name, or that a workflow can be started with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventEntry {
    /// Whose it is.
    #[schema(example = "close")]
    pub provider: &'static str,
    /// As a trigger lists it.
    #[schema(example = "lead.created")]
    pub name: String,
    /// What it stands for, in a sentence.
    #[schema(example = "Lead Created: Close's lead.created.")]
    pub description: String,
    /// The types that such an event has in `event.type`: several for a name that stands for several.
    #[schema(example = json!(["lead.created"]))]
    pub types: Vec<String>,
    /// The signature scheme that it is sent under.
    #[schema(example = "close")]
    pub signature: Option<&'static str>,
    /// A JSON Schema of `event.data`; none where its fields are not known.
    #[schema(example = json!({ "type": "object", "properties": { "id": {} } }))]
    pub payload: Option<Value>,
}

impl EventEntry {
    /// Whether each of `words` is in its name, its types or its description, in any case.
    #[must_use]
    pub fn mentions(&self, words: &str) -> bool {
        let texts = [&self.name, &self.description].into_iter().chain(&self.types);
        let texts: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
        words.to_lowercase().split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

impl Catalogue {
    /// Everything that starts workflows, Close first.
    #[must_use]
    pub fn providers() -> &'static [Provider] {
        static ALL: LazyLock<Vec<Provider>> = LazyLock::new(providers);
        &ALL
    }

    /// Every event with a name, by provider, in the order that a reader looks for them.
    #[must_use]
    pub fn entries() -> &'static [EventEntry] {
        static ALL: LazyLock<Vec<EventEntry>> = LazyLock::new(|| {
            catalogue().close_entries().chain([received(), fired(), started_by_hand()]).collect()
        });
        &ALL
    }

    /// The event of that name.
    ///
    /// # Errors
    /// The nearest name that there is, where one is near.
    pub fn entry(name: &str) -> Result<&'static EventEntry, Option<String>> {
        let all = Self::entries();
        let found = all.iter().find(|entry| entry.name == name);
        found.ok_or_else(|| suggest::nearest(name, all.iter().map(|entry| entry.name.clone())))
    }

    fn close_entries(&self) -> impl Iterator<Item = EventEntry> {
        self.close_names().into_iter().map(|known| {
            let pairs = self.close_pairs(&known.name).unwrap_or_default();
            let fields: Option<Vec<&PayloadFields>> =
                pairs.iter().map(|pair| self.fields(CLOSE, pair)).collect();
            EventEntry {
                provider: CLOSE,
                name: known.name,
                description: known.description,
                types: pairs.iter().map(|pair| format!("{}.{}", pair.object_type, pair.action)).collect(),
                signature: Some(CLOSE),
                payload: fields.map(|all| schema(&all)),
            }
        })
    }
}

fn providers() -> Vec<Provider> {
    let own = |name, label: &str, description: &str| Provider {
        name,
        label: label.to_owned(),
        description: description.to_owned(),
        trigger: name,
        page: None,
        events: 0,
        signature: None,
        event_type: None,
    };
    let mut all = vec![
        of_manifest(close()),
        own(
            WEBHOOK,
            "Webhook",
            "Anything that sends HTTP requests: the trigger says how a sender proves itself, with an HMAC, a header, a \
             token or a name and a password.",
        ),
    ];
    all.extend(manifests().iter().filter(|manifest| manifest.trigger.is_none()).map(of_manifest));
    all.push(own(SCHEDULE, "Schedule", "The clock: a crontab expression or an interval, in a time zone."));
    all.push(own(MANUAL, "By hand", "Somebody: the command line, REST, or a step of another workflow."));
    for provider in &mut all {
        provider.events = Catalogue::entries().iter().filter(|entry| entry.provider == provider.name).count();
    }
    all
}

fn of_manifest(manifest: &'static Manifest) -> Provider {
    let (signature, event) = (&manifest.signature, &manifest.event);
    let with_action = event.action.as_ref().map(|place| format!(", then {place}"));
    Provider {
        name: manifest.name,
        label: manifest.label.clone(),
        description: match (&manifest.trigger, &manifest.registration) {
            (Some(_), _) => {
                "Events of the CRM; activating a workflow registers a webhook subscription.".to_owned()
            }
            (None, Some(_)) => format!(
                "Webhooks of {}, which activating a workflow registers; or `hmac` with `scheme: {}`, where you register \
                 them yourself.",
                manifest.label, manifest.name
            ),
            (None, None) => {
                format!("Webhooks of {}: `hmac` with `scheme: {}`.", manifest.label, manifest.name)
            }
        },
        trigger: if manifest.trigger.is_some() || manifest.registration.is_some() {
            manifest.name
        } else {
            WEBHOOK
        },
        page: Some(manifest.page.clone()),
        events: 0,
        signature: Some(SignatureScheme {
            scheme: manifest.name,
            description: manifest.description.clone(),
            header: signature.header.clone(),
            algorithm: format!("hmac-{}", signature.hash.as_str()),
            encoding: signature.encoding.as_str(),
            signs: signature.signs.to_string(),
            timestamp: signature.timestamp.as_ref().map(|sent| sent.place.to_string()),
        }),
        event_type: Some(format!("{}{}", event.kind, with_action.unwrap_or_default())),
    }
}

fn received() -> EventEntry {
    EventEntry {
        provider: WEBHOOK,
        name: RECEIVED.to_owned(),
        description: "A delivery whose sender does not say what it is; `event.data` is its body.".to_owned(),
        types: vec![RECEIVED.to_owned()],
        signature: None,
        payload: None,
    }
}

fn fired() -> EventEntry {
    let text = |description: &str| json!({ "type": "string", "description": description });
    EventEntry {
        provider: SCHEDULE,
        name: FIRED.to_owned(),
        description: "A time of a schedule has come.".to_owned(),
        types: vec![FIRED.to_owned()],
        signature: None,
        payload: Some(json!({
            "type": "object",
            "properties": {
                "scheduled_at": { "type": "string", "format": "date-time", "description": "The time." },
                "timezone": text("The schedule's time zone."),
                "cron": text("Its crontab expression, where it has one."),
                "every": text("Its interval, where it has one."),
            },
            "required": ["scheduled_at", "timezone"],
        })),
    }
}

fn started_by_hand() -> EventEntry {
    EventEntry {
        provider: MANUAL,
        name: STARTED_BY_HAND.to_owned(),
        description: "Somebody has started the workflow; `event.data` is what was given along.".to_owned(),
        types: vec![STARTED_BY_HAND.to_owned()],
        signature: None,
        payload: None,
    }
}

/// What objects of all these kinds may have.
fn schema(all: &[&PayloadFields]) -> Value {
    let mut properties = Map::new();
    let mut is_open = false;
    for payload in all {
        is_open |= payload.open;
        for (name, inner) in &payload.fields {
            let inner =
                inner.as_ref().map_or_else(|| json!({}), |inner| json!({ "properties": named(inner) }));
            properties.entry(name.clone()).or_insert(inner);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if is_open {
        schema["patternProperties"] = json!({ "^custom\\.": {} });
    }
    schema
}

fn named(payload: &PayloadFields) -> Map<String, Value> {
    payload.fields.keys().map(|name| (name.clone(), json!({}))).collect()
}
