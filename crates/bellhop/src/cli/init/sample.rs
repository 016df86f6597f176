//! An event to try the workflow with, and the tests that say what it then does.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Does;
use super::draft::{Draft, Start, known_by, quoted};

/// The id of the step that is made.
pub(super) const STEP: &str = "tell";

impl Draft {
    /// An event as it would come; none where it is started by hand.
    pub(super) fn event(&self) -> Option<Value> {
        let at = "2026-03-02T09:00:00Z";
        Some(match &self.start {
            Start::Close(entry) => {
                let kind = entry.types.first().map_or(entry.name.as_str(), String::as_str);
                let data = match known_by(entry) {
                    Some(field) => json!({ "id": "acme_1", field: "Acme" }),
                    None if kind.ends_with(".deleted") => Value::Null,
                    None => json!({ "id": "acme_1" }),
                };
                json!({ "type": kind, "object_id": "acme_1", "lead_id": "lead_acme", "data": data })
            }
            Start::Cron { times, timezone } => {
                let zone = timezone.as_deref().unwrap_or("UTC");
                let data = json!({ "scheduled_at": at, "timezone": zone, "cron": times });
                json!({ "type": "schedule.fired", "data": data })
            }
            Start::Every(interval) => {
                let data = json!({ "scheduled_at": at, "timezone": "UTC", "every": interval });
                json!({ "type": "schedule.fired", "data": data })
            }
            Start::Webhook => json!({ "type": "webhook.received", "data": { "order": 42 } }),
            Start::Manual => return None,
        })
    }

    /// The file of tests.
    pub(super) fn tests(&self) -> String {
        let given = match self.event() {
            Some(event) => format!("event: {}", flow(&event)),
            None => "inputs: { name: \"Ida\" }".to_owned(),
        };
        let name = self.name.as_str();
        let mut file = format!(
            "\
# Run with: bellhop test .
workflow: {name}

cases:
  - name: what it is for
    {given}
{mocks}    expect:
      status: succeeded
      steps: {{ {STEP}: {expected} }}
",
            name = quoted(name),
            mocks = self.mocks("{ output: { body: ok } }"),
            expected = self.expected(),
        );
        if self.does != Does::Log {
            // To write into a string cannot fail.
            let _ = write!(
                file,
                "
  - name: a busy other side is asked again
    {given}
{mocks}    expect:
      status: succeeded
      steps: {{ {STEP}: {{ attempts: 2 }} }}
",
                mocks = self.mocks("{ sequence: [{ error: { status: 503 } }, { output: { body: ok } }] }"),
            );
        }
        file
    }

    /// What the step gets in place of the network.
    fn mocks(&self, answer: &str) -> String {
        match self.does {
            Does::Log => String::new(),
            Does::Message | Does::Post => format!("    mocks: {{ {STEP}: {answer} }}\n"),
        }
    }

    fn expected(&self) -> String {
        match self.does {
            Does::Log => format!("{{ logs: [{}] }}", quoted(&self.said())),
            Does::Message => format!("{{ with: {{ json: {{ text: {} }} }} }}", quoted(&self.said())),
            Does::Post => match self.event() {
                Some(event) => {
                    let json = json!({ "type": event["type"], "data": event["data"] });
                    format!("{{ with: {{ json: {} }} }}", flow(&json))
                }
                None => "{ with: { json: { inputs: { name: \"Ida\" } } } }".to_owned(),
            },
        }
    }

    /// The line that is logged or sent for that event.
    fn said(&self) -> String {
        let event = self.event().unwrap_or_default();
        let kind = event["type"].as_str().unwrap_or_default();
        match &self.start {
            Start::Close(entry) if known_by(entry).is_some() => format!("{kind}: Acme"),
            Start::Close(_) => format!("{kind}: acme_1"),
            Start::Cron { .. } | Start::Every(_) => "it is 2026-03-02T09:00:00Z".to_owned(),
            Start::Webhook => "received {\"order\":42}".to_owned(),
            Start::Manual => "hello Ida".to_owned(),
        }
    }
}

/// A value on one line of YAML, with the spaces that a person would make.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
