//! Triggers.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::common::{CREDENTIAL, TEMPLATE};
use super::{closed, refer, words_of};
use crate::catalogue::{EventCatalogue, TextForm, VendorForm};
use crate::parse::close_filter::TYPES;

/// A word of one's own instead of an unguessable id; one that looks like such an id is refused.
const PATH: &str = "^(?![0-9a-fA-F]{32}$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

/// Text in which no expression stands.
const LITERAL: &str = r"^(?![\s\S]*\$\{\{)[\s\S]+";

const HEADER: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/// The kinds, and what each is for.
const KINDS: [(&str, &str); 4] = [
    ("close", "Events of Close CRM: the webhook is registered there when the workflow is activated."),
    ("webhook", "Any sender that can call a URL."),
    ("schedule", "The clock."),
    ("manual", "Started by hand: REST, CLI, or another workflow."),
];

pub(super) fn define(definitions: &mut Map<String, Value>, catalogue: &dyn EventCatalogue) {
    let mut put = |name: &str, schema: Value| definitions.insert(name.to_owned(), schema);
    put("trigger", trigger(catalogue));
    for vendor in catalogue.vendors() {
        put(&vendor.name, of_vendor(vendor));
    }
    put("close", close());
    put("close_event", close_event(catalogue));
    put("close_filter", close_filter());
    put("webhook", webhook());
    put("webhook_auth", webhook_auth(catalogue));
    put("schedule", schedule());
    put("manual", manual());
}

/// Exactly one kind, and `where` beside it.
fn trigger(catalogue: &dyn EventCatalogue) -> Value {
    let mut fields = json!({
        "where": refer("condition", "An event for which this is false starts nothing. It sees `event`, `trigger` and `workflow`."),
    });
    let vendors =
        catalogue.vendors().iter().map(|vendor| (vendor.name.as_str(), vendor.description.as_str()));
    let kinds: Vec<(&str, &str)> = KINDS.into_iter().chain(vendors).collect();
    for (word, description) in &kinds {
        fields[*word] = refer(word, description);
    }
    let mut schema = closed("What starts the workflow.", &fields, &[]);
    schema["oneOf"] = kinds.iter().map(|(word, _)| json!({ "required": [word] })).collect();
    schema
}

/// The trigger of a vendor that is described as data.
fn of_vendor(vendor: &VendorForm) -> Value {
    let text = |description: &str, form: &TextForm| {
        json!({
            "description": description, "type": "string", "pattern": format!("^(?:{})$", form.pattern),
            "examples": [form.example],
        })
    };
    let mut fields = json!({
        "credential": {
            "description": format!("The stored credential that the webhook is registered with; `{}` where it is left out.", vendor.name),
            "type": "string", "pattern": CREDENTIAL,
        },
        "events": {
            "description": "Which events.",
            "type": "array", "minItems": 1,
            "items": text(&format!("As {} calls it.", vendor.label), &vendor.events),
        },
    });
    let mut required = vec!["events"];
    for parameter in &vendor.parameters {
        fields[&parameter.name] = text(&parameter.description, &parameter.form);
        required.push(&parameter.name);
    }
    closed(&vendor.description, &fields, &required)
}

fn close() -> Value {
    let fields = json!({
        "credential": {
            "description": "The stored credential that the webhook is registered with; `close` where it is left out.",
            "type": "string", "pattern": CREDENTIAL,
        },
        "events": {
            "description": "Which events; `lead.*` takes all of a category.",
            "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/close_event" },
        },
        "filters": refer("close_filter", "Close's own `extra_filter`, sent along with each event of the subscription."),
        "sharing": {
            "description": "Whose the subscription at Close is.",
            "allOf": [words_of([
                ("none", "The trigger's own, which is the default."),
                ("workspace", "One for all triggers that say so with the same credential: Close allows 40 in all."),
            ])],
        },
    });
    let mut schema = closed("Events of Close CRM.", &fields, &["events"]);
    schema["not"] =
        json!({ "required": ["filters", "sharing"], "properties": { "sharing": { "const": "workspace" } } });
    schema
}

/// One of Close's types of filter, with what that type has.
fn close_filter() -> Value {
    let inner = json!({ "$ref": "#/definitions/close_filter" });
    let each = TYPES.into_iter().map(|(word, shape, meaning)| {
        let mut fields = json!({ "type": { "const": word } });
        for key in shape.keys() {
            fields[*key] = match *key {
                "filters" => json!({ "type": "array", "minItems": 1, "items": inner }),
                "filter" => inner.clone(),
                "field" => json!({ "type": "string", "pattern": LITERAL }),
                _ => json!({ "not": { "type": "string", "pattern": TEMPLATE } }),
            };
        }
        let required: Vec<&str> = ["type"].into_iter().chain(shape.keys().iter().copied()).collect();
        closed(meaning, &fields, &required)
    });
    json!({ "anyOf": each.collect::<Vec<_>>() })
}

fn close_event(catalogue: &dyn EventCatalogue) -> Value {
    let names = catalogue.names("close");
    let known = words_of(names.iter().map(|name| (name.name.as_str(), name.description.as_str())));
    let mut actions: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for (object_type, action) in names.iter().filter_map(|name| name.name.rsplit_once('.')) {
        actions.entry(object_type).or_default().push(action);
    }
    let pairs = actions.into_iter().map(|(object_type, actions)| {
        let pair = json!({ "object_type": { "const": object_type }, "action": { "enum": actions } });
        closed("Close's own two names.", &pair, &["object_type", "action"])
    });
    let all: Vec<Value> = [known].into_iter().chain(pairs).collect();
    json!({ "anyOf": all })
}

fn webhook() -> Value {
    let methods = ["POST", "PUT", "PATCH", "GET", "DELETE"];
    let fields = json!({
        "path": {
            "description": "`/webhook/PATH` instead of an unguessable URL.", "type": "string", "pattern": PATH,
        },
        "method": { "description": "The method; POST where it is left out.", "enum": methods },
        "auth": refer("webhook_auth", "How a sender proves itself; not at all where it is left out."),
        "response": {
            "description": "When and with what the request is answered.",
            "allOf": [words_of([
                ("immediately", "As soon as the event is durable, which is the default."),
                ("last_step", "When the execution has ended, with its output."),
                ("respond_step", "When a `respond` step has run, with what that says."),
            ])],
        },
    });
    nothing_or(&closed("A URL for any sender.", &fields, &[]))
}

fn webhook_auth(catalogue: &dyn EventCatalogue) -> Value {
    let named = |description: &str| {
        let fields = json!({ "credential": { "$ref": "#/definitions/credential" } });
        closed(description, &fields, &["credential"])
    };
    let kinds = json!({
        "basic": named("HTTP Basic, against a credential of kind http_basic."),
        "bearer": named("`Authorization: Bearer`, against a credential of kind http_bearer."),
        "header": named("A header with a fixed value, against a credential of kind http_header."),
        "hmac": hmac(catalogue),
    });
    let mut one = closed("Exactly one of the kinds.", &kinds, &[]);
    one["minProperties"] = json!(1);
    one["maxProperties"] = json!(1);
    json!({ "anyOf": [{ "const": "none", "description": "Whoever knows the URL." }, one] })
}

fn hmac(catalogue: &dyn EventCatalogue) -> Value {
    let written = json!({
        "credential": { "$ref": "#/definitions/credential" },
        "header": { "description": "The header with the signature.", "type": "string", "pattern": HEADER },
        "algorithm": { "description": "sha256 where it is left out.", "enum": ["sha256", "sha512"] },
        "encoding": { "description": "hex where it is left out.", "enum": ["hex", "base64"] },
        "prefix": { "description": "What stands before the signature: `sha256=`.", "type": "string" },
        "timestamp_header": {
            "description": "The header with the sender's Unix seconds, which are then signed too.",
            "type": "string", "pattern": HEADER,
        },
    });
    let written = closed("An HMAC over the body.", &written, &["credential", "header"]);
    let schemes = catalogue.schemes();
    if schemes.is_empty() {
        return written;
    }
    let known = words_of(schemes.iter().map(|scheme| (scheme.name.as_str(), scheme.description.as_str())));
    let named = json!({
        "credential": { "$ref": "#/definitions/credential" },
        "scheme": { "description": "Whose way of signing it is.", "allOf": [known] },
    });
    let named = closed("An HMAC as a sender makes it.", &named, &["credential", "scheme"]);
    json!({ "anyOf": [named, written] })
}

fn schedule() -> Value {
    let fields = json!({
        "cron": {
            "description": "A crontab expression of five fields, or six with the seconds first, or `@daily` and the like.",
            "type": "string", "pattern": LITERAL,
        },
        "every": refer("duration", "Again and again, counted from the activation."),
        "timezone": { "description": "An IANA name such as `Europe/Berlin`; UTC where it is left out.",
            "type": "string", "pattern": LITERAL,
        },
        "catch_up": {
            "description": "What becomes of the times that passed while the server was down.",
            "allOf": [words_of([
                ("none", "They are let go, which is the default."),
                ("one", "The last of them fires, once."),
                ("all", "Each of them fires."),
            ])],
        },
    });
    let mut schema = closed("The clock.", &fields, &[]);
    schema["oneOf"] = json!([{ "required": ["cron"] }, { "required": ["every"] }]);
    schema
}

fn manual() -> Value {
    nothing_or(&closed("Started by hand.", &json!({ "inputs": { "$ref": "#/definitions/inputs" } }), &[]))
}

/// A key that says something already by being there.
fn nothing_or(schema: &Value) -> Value {
    json!({ "anyOf": [{ "type": "null" }, schema] })
}
