//! The workflow that comes out, as a file with comments that lead on from it.

use bellhop_trigger::catalogue::{EventEntry, catalogue};
use bellhop_workflow::diagnostic::{Diagnostic, Severity};
use bellhop_workflow::ids::WorkflowName;
use url::Url;

use super::{Does, On, sample};

/// Fields of Close's objects that people know them by, the best first.
const KNOWN_BY: [&str; 6] = ["display_name", "name", "lead_name", "title", "subject", "text"];

/// A workflow to be.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: WorkflowName,
    pub(super) start: Start,
    pub(super) does: Does,
    /// Where to; none where it only logs.
    pub(super) url: Option<Url>,
}

/// What starts it, with all that belongs to that.
#[derive(Debug, Clone)]
pub(super) enum Start {
    Close(&'static EventEntry),
    Cron { times: String, timezone: Option<String> },
    Every(String),
    Webhook,
    Manual,
}

impl Start {
    /// What is wrong with it, in the words that a file's mistake would be told in.
    pub(super) fn check(&self) -> Result<(), String> {
        let yaml =
            format!("name: x\n\n{}\nsteps:\n  - uses: log\n    with: {{ message: x }}\n", self.triggers("x"));
        match bellhop_workflow::parse(&yaml, catalogue()) {
            Ok(_) => Ok(()),
            Err(mistakes) => Err(mistakes
                .iter()
                .find(|it| it.severity == Severity::Error)
                .map(in_words)
                .unwrap_or_default()),
        }
    }

    /// A name for a workflow that it starts.
    pub(super) fn usual_name(&self) -> String {
        match self {
            Self::Close(entry) => {
                let plain = entry.name.replace(".*", ".any").to_ascii_lowercase();
                let name = plain.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
                format!("on-{name}").chars().take(60).collect()
            }
            Self::Cron { .. } | Self::Every(_) => "by-the-clock".to_owned(),
            Self::Webhook => "on-webhook".to_owned(),
            Self::Manual => "hello".to_owned(),
        }
    }

    fn triggers(&self, name: &str) -> String {
        match self {
            Self::Close(entry) => format!(
                "\
triggers:
  # {description}
  # `bellhop activate` registers a webhook for it at Close, `bellhop deactivate` deletes it.
  - close:
      events: [{event}]
    # Not all of them? An expression over the event, such as
    # where: event.{field} != \"…\"
    # `bellhop catalog show {event}` lists what it carries.
",
                description = entry.description,
                event = scalar(&entry.name),
                field = known_by(entry).map_or_else(|| "lead_id".to_owned(), |field| format!("data.{field}")),
            ),
            Self::Cron { times, timezone } => {
                let zone = timezone.as_deref().map(|zone| format!(", timezone: {}", quoted(zone))).unwrap_or_default();
                format!(
                    "\
triggers:
  # By the clock, while it is active: minute, hour, day, month, weekday. `catch_up: one` makes up for a time that was missed.
  - schedule: {{ cron: {}{zone} }}
",
                    quoted(times)
                )
            }
            Self::Every(interval) => format!(
                "\
triggers:
  # By the clock, while it is active.
  - schedule: {{ every: {} }}
",
                quoted(interval)
            ),
            Self::Webhook => format!(
                "\
triggers:
  # A URL of its own: `bellhop workflows show {name}` has it once the workflow is active. Whoever knows it can start the
  # workflow. So that senders have to prove themselves, store a credential and name it, for instance
  # - webhook: {{ auth: {{ bearer: {{ credential: partner }} }} }}
  - webhook: {{}}
"
            ),
            Self::Manual => format!(
                "\
triggers:
  # Somebody starts it: `bellhop run {name}`, REST, or a step of another workflow. It takes these inputs.
  - manual:
      inputs:
        name: {{ type: string, default: you }}
"
            ),
        }
    }
}

impl Draft {
    /// What kind of start it has.
    pub(super) fn on(&self) -> On {
        match self.start {
            Start::Close(_) => On::Close,
            Start::Cron { .. } | Start::Every(_) => On::Schedule,
            Start::Webhook => On::Webhook,
            Start::Manual => On::Manual,
        }
    }

    /// The workflow's file.
    pub(super) fn workflow(&self) -> String {
        format!(
            "\
# Made by `bellhop init`, and yours from here on. `bellhop validate` checks it, `bellhop test` runs the tests beside it.
name: {name}
description: {description}

{triggers}
steps:
  # What an expression between `${{{{` and `}}}}` gives takes its place.
{step}
  # The next step goes here. `close`, `http`, `email`, `sql`, `script`, `sleep`, `wait_for` and others: docs/workflow-language.md
",
            name = scalar(self.name.as_str()),
            description = quoted(&self.description()),
            triggers = self.start.triggers(self.name.as_str()),
            step = self.step(),
        )
    }

    fn description(&self) -> String {
        let what = match self.does {
            Does::Log => "Logs a line",
            Does::Message => "Sends a message",
            Does::Post => "Sends what came to a URL",
        };
        match &self.start {
            Start::Close(entry) => format!("{what} for each {} of Close.", entry.name),
            Start::Cron { .. } | Start::Every(_) => format!("{what} by the clock."),
            Start::Webhook => format!("{what} for each delivery."),
            Start::Manual => format!("{what} when somebody says so."),
        }
    }

    fn step(&self) -> String {
        let url = self.url.as_ref().map(|url| quoted(url.as_str())).unwrap_or_default();
        let json = match self.does {
            Does::Log => {
                return format!(
                    "  - id: {}\n    uses: log\n    with:\n      message: {}\n",
                    sample::STEP,
                    quoted(&self.text())
                );
            }
            Does::Message => format!("text: {}", quoted(&self.text())),
            Does::Post if self.on() == On::Manual => "inputs: ${{ inputs }}".to_owned(),
            Does::Post => "type: ${{ event.type }}\n        data: ${{ event.data }}".to_owned(),
        };
        format!(
            "  - id: {id}
    uses: http
    with:
      method: POST
      url: {url}
      json:
        {json}
    # Again where the other side is busy or away, each time with the same Idempotency-Key.
    retry: {{ max_attempts: 3 }}
    timeout: 10s
",
            id = sample::STEP,
        )
    }

    /// The line that is logged or sent, with its expressions.
    fn text(&self) -> String {
        match &self.start {
            Start::Close(entry) => match known_by(entry) {
                Some(field) => {
                    format!("${{{{ event.type }}}}: ${{{{ event.data.{field} | default(event.object_id) }}}}")
                }
                None => "${{ event.type }}: ${{ event.object_id }}".to_owned(),
            },
            Start::Cron { .. } | Start::Every(_) => "it is ${{ event.data.scheduled_at }}".to_owned(),
            Start::Webhook => "received ${{ event.data | tojson }}".to_owned(),
            Start::Manual => "hello ${{ inputs.name }}".to_owned(),
        }
    }
}

/// The field that the event's object is known by; none where the event may come without an object.
pub(super) fn known_by(entry: &EventEntry) -> Option<&'static str> {
    if entry.types.iter().any(|kind| kind.ends_with(".deleted")) {
        return None;
    }
    let fields = entry.payload.as_ref()?.get("properties")?.as_object()?;
    KNOWN_BY.into_iter().find(|field| fields.contains_key(*field))
}

/// A diagnostic without its place, which is in no file of the reader's.
fn in_words(mistake: &Diagnostic) -> String {
    match &mistake.help {
        Some(help) => format!("{}; {help}", mistake.message),
        None => mistake.message.clone(),
    }
}

/// Text in double quotes. What JSON writes there, YAML reads as the same.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A name without quotes, where YAML would not read it as something else.
fn scalar(name: &str) -> String {
    let is_word = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"].contains(&name);
    if is_word || name.contains('*') { quoted(name) } else { name.to_owned() }
}
