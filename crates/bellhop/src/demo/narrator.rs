//! How the demo's story looks on a terminal.

use std::io;

use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::stage::Stage;
use crate::cli::output::Output;
use crate::cli::output::text::clean;

/// Tells.
pub(super) struct Narrator<'a> {
    output: &'a Output,
}

impl<'a> Narrator<'a> {
    pub(super) const fn new(output: &'a Output) -> Self {
        Self { output }
    }

    /// Something happens.
    pub(super) fn scene(&self, text: &str) -> io::Result<()> {
        self.output.line("")?;
        self.output.line(&self.output.paint().strong(text))
    }

    /// Something that is worth knowing.
    pub(super) fn aside(&self, text: &str) -> io::Result<()> {
        self.output.line(&format!("  {text}"))
    }

    /// A workflow was switched on.
    pub(super) fn registered(&self, workflow: &Value) -> io::Result<()> {
        let name = word(&workflow["name"]);
        let paint = self.output.paint();
        let mut how = "started by its own URL".to_owned();
        for registration in workflow["registrations"].as_array().into_iter().flatten() {
            if let Some(webhook) = registration["webhook_id"].as_str() {
                let events: Vec<_> =
                    registration["events"].as_array().into_iter().flatten().map(event_name).collect();
                how = format!("{} at Close for {}", clean(webhook), events.join(", "));
            }
        }
        self.aside(&format!("{} {name:<30} {how}", paint.good("✓")))
    }

    /// A delivery and what became of it.
    pub(super) fn delivery(&self, delivery: &Value) -> io::Result<()> {
        let paint = self.output.paint();
        let outcome = word(&delivery["outcome"]);
        let (painted, mark) = match outcome.as_str() {
            "accepted" => (paint.good(&outcome), paint.good("→")),
            "rejected" => (paint.bad(&outcome), paint.bad("✗")),
            _ => (paint.dim(&outcome), paint.dim("·")),
        };
        let what = delivery["event_type"].as_str().map_or_else(|| "unread body".to_owned(), clean);
        let reason =
            delivery["reason"].as_str().map_or_else(String::new, |reason| format!(" ({})", clean(reason)));
        self.aside(&format!("{mark} delivery {painted}{reason}  {what}"))
    }

    /// An execution with its steps.
    pub(super) fn execution(&self, execution: &Value) -> io::Result<()> {
        let paint = self.output.paint();
        for step in execution["steps"].as_array().into_iter().flatten() {
            let (mark, detail) = match step["status"].as_str() {
                Some("succeeded") => (paint.good("✓"), took(step)),
                Some("skipped") => (paint.dim("-"), "skipped".to_owned()),
                _ => (paint.bad("✗"), word(&step["error"]["message"])),
            };
            self.output.line(&format!(
                "      {mark} {:<12} {:<8} {detail}",
                word(&step["id"]),
                word(&step["uses"])
            ))?;
        }
        let status = word(&execution["status"]);
        let painted = if status == "succeeded" { paint.good(&status) } else { paint.bad(&status) };
        self.output.line(&format!(
            "    {} {painted}  {}",
            word(&execution["workflow"]),
            paint.dim(&word(&execution["id"])),
        ))
    }

    /// The address to look further, and what to type.
    pub(super) fn where_to_look(&self, stage: &Stage) -> io::Result<()> {
        let (url, dir) = (stage.url(), stage.data_dir());
        self.scene("Look further")?;
        self.aside(&format!("the server is at {url}, its data in {}", dir.display()))?;
        self.aside("in another terminal:")?;
        for command in ["executions list", "deliveries list", "workflows show won-deal-to-chat"] {
            self.aside(&format!("  bellhop --server {url} --data-dir {} {command}", dir.display()))?;
        }
        self.aside("with your own account: put CLOSE_API_KEY into the environment, then")?;
        self.aside("  bellhop serve --public-url https://your.address")?;
        self.aside("  bellhop apply workflows/won-deal-to-chat.yaml --activate")
    }
}

fn word(value: &Value) -> String {
    value.as_str().map(clean).unwrap_or_default()
}

fn event_name(event: &Value) -> String {
    event
        .as_str()
        .map_or_else(|| format!("{}.{}", word(&event["object_type"]), word(&event["action"])), clean)
}

/// How long a step took.
fn took(step: &Value) -> String {
    let at = |key: &str| step[key].as_str().and_then(|text| Timestamp::parse(text).ok());
    let (Some(begun), Some(ended)) = (at("started_at"), at("finished_at")) else { return String::new() };
    format!("{:.1} ms", ended.since(begun).as_secs_f64() * 1_000.0)
}
