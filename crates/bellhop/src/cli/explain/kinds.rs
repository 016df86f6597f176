//! What a single step does, in words.

use bellhop_workflow::expression::TemplateTree;
use bellhop_workflow::model::StepKind;

use super::words::{field, names, written};

/// What a step of this kind does with what it is given.
pub(super) fn describe(kind: StepKind, with: &TemplateTree) -> String {
    let get = |name: &str| field(with, name);
    let or = |name: &str, absent: &str| get(name).unwrap_or_else(|| absent.to_owned());
    match kind {
        StepKind::Http => format!("sends {} {}", or("method", "GET"), or("url", "")),
        StepKind::Close => format!("asks Close: {} {}", or("method", "GET"), or("path", "")),
        StepKind::Script => {
            let lines = get("code").map_or(0, |code| code.trim().lines().count());
            format!("runs {lines} line{} of JavaScript", if lines == 1 { "" } else { "s" })
        }
        StepKind::Set => format!("computes {}", names(with).join(", ")),
        StepKind::Log => format!("logs {}", or("message", "")),
        StepKind::Sleep => match (get("for"), get("until")) {
            (Some(time), _) => format!("waits for {time}"),
            (None, Some(time)) => format!("waits until {time}"),
            (None, None) => "waits".to_owned(),
        },
        StepKind::WaitFor => "waits until its resume URL is called".to_owned(),
        StepKind::Workflow => {
            let waits = get("wait").is_none_or(|wait| wait != "false");
            let end = if waits { " and waits for its end" } else { "" };
            format!("starts the workflow `{}`{end}", or("name", ""))
        }
        StepKind::State => state(with),
        StepKind::Respond => format!("answers the waiting request with {}", or("status", "200")),
        StepKind::Return => match with {
            TemplateTree::Literal(serde_json::Value::Null) => "ends here, without an output".to_owned(),
            output => format!("ends here, with the output {}", written(output)),
        },
        StepKind::Fail => format!("fails here: {}", or("message", "")),
        StepKind::Email => format!("sends mail to {}: {}", or("to", ""), or("subject", "")),
        StepKind::Sql => format!("runs on `{}`: {}", or("credential", ""), or("query", "")),
        StepKind::Exec => format!("runs the command {}", or("command", "")),
    }
}

fn state(with: &TemplateTree) -> String {
    let verbs = [("get", "reads"), ("set", "writes"), ("increment", "adds to"), ("delete", "deletes")];
    let (verb, key) = verbs
        .iter()
        .find_map(|(name, verb)| Some((*verb, field(with, name)?)))
        .unwrap_or(("changes", String::new()));
    format!("{verb} the workflow's key `{key}`")
}
