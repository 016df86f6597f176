//! What is known of the fields of the other roots.

use super::{Checker, Stands};
use crate::diagnostic::Code;
use crate::expression::Segment;
use crate::parse::suggest::{did_you_mean, listed, nearest};

/// The fields of the envelope, Close's ids among them.
pub(in crate::parse) const EVENT_FIELDS: &[&str] = &[
    "id",
    "type",
    "object_type",
    "action",
    "time",
    "data",
    "previous",
    "changed",
    "source",
    "raw",
    "lead_id",
    "object_id",
    "user_id",
    "organization_id",
];

/// The roots whose fields are few and fixed.
const FIXED: [(&str, &[&str]); 4] = [
    ("trigger", &["id", "kind"]),
    ("workflow", &["name", "version"]),
    ("execution", &["id", "attempt", "started_at", "resume_urls"]),
    ("error", &["step", "kind", "message", "attempt", "status"]),
];

impl Checker<'_, '_, '_> {
    pub(super) fn variable(&mut self, name: &Segment) {
        let all = self.names.variables();
        let known = match self.names.stands {
            Stands::Variable(index) => &all[..index.min(all.len())],
            _ => all,
        };
        if known.contains(&name.name) {
            return;
        }
        let known = || known.iter().map(String::as_str);
        let (message, help) = if all.contains(&name.name) {
            (
                format!("`vars.{}` is not computed yet here", name.name),
                "variables are computed in the order of the file: put it above this one".to_owned(),
            )
        } else {
            let none = format!("the workflow has no `vars`: add `vars: {{ {}: … }}`", name.name);
            let list =
                if known().next().is_some() { format!("variables here: {}", listed(known())) } else { none };
            (
                format!("no variable is called `{}`", name.name),
                did_you_mean(&name.name, known()).unwrap_or(list),
            )
        };
        self.report(Code::UnknownVariable, name, message, Some(help));
    }

    pub(super) fn input(&mut self, name: &Segment) {
        let Some(known) = self.names.defined.and_then(|defined| defined.inputs.as_ref()) else { return };
        if known.contains(&name.name) {
            return;
        }
        let help = did_you_mean(&name.name, known.iter().map(String::as_str))
            .unwrap_or_else(|| format!("add it to the `inputs` of the trigger: `{}: string`", name.name));
        let message = format!("the `manual` trigger has no input `{}`", name.name);
        self.report(Code::UnknownInput, name, message, Some(help));
    }

    /// Another vendor's envelope may have more fields, so this is a warning.
    pub(super) fn event(&mut self, field: &Segment) {
        if EVENT_FIELDS.contains(&field.name.as_str()) {
            return;
        }
        let help = nearest(&field.name, EVENT_FIELDS.iter().copied())
            .map_or_else(|| format!("event.data.{}", field.name), |name| format!("event.{name}"));
        let span = (self.expression.span_of)(field.range.clone());
        self.context
            .warning(
                Code::UnknownField,
                span,
                self.expression.path,
                format!(
                    "an event has no `{}` of its own; the object's fields are under `event.data`",
                    field.name
                ),
            )
            .help(format!("did you mean `{help}`?"));
    }

    pub(super) fn fixed(&mut self, root: &str, field: &Segment) {
        let Some((_, known)) = FIXED.iter().find(|(fixed, _)| *fixed == root) else { return };
        if known.contains(&field.name.as_str()) {
            return;
        }
        let help = did_you_mean(&field.name, known.iter().copied())
            .unwrap_or_else(|| format!("it has {}", listed(known.iter().copied())));
        self.report(Code::UnknownField, field, format!("`{root}` has no `{}`", field.name), Some(help));
    }
}
