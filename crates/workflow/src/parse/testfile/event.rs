//! `event:` of a case: an envelope, as far as it is written out.

use serde_json::{Map, Value};

use super::super::context::Context;
use super::super::place::At;
use super::super::suggest::nearest;
use crate::diagnostic::Code;
use crate::event::OWN_KEYS;
use crate::time::Timestamp;

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<Map<String, Value>> {
    let fields = at.map(context)?;
    let names: Vec<String> = fields.names().iter().map(|name| (*name).to_owned()).collect();
    let mut is_whole = true;
    for (key, field) in fields.rest() {
        if field.is_null() {
            continue;
        }
        is_whole &= match key.name.as_str() {
            "id" | "type" | "object_type" | "action" | "source" => field.text(context).is_some(),
            "time" => time(context, &field),
            "changed" => changed(context, &field),
            name => {
                let free = OWN_KEYS.into_iter().filter(|known| !names.iter().any(|name| name == known));
                if let Some(meant) = nearest(name, free).filter(|known| *known != name) {
                    let message = format!("`{name}` becomes an id of the vendor's in the event");
                    context
                        .warning(Code::UnknownKey, key.span, &field.path, message)
                        .help(format!("did you mean `{meant}`?"));
                }
                true
            }
        };
    }
    match super::value(context, at) {
        Value::Object(fields) if is_whole => Some(fields),
        _ => None,
    }
}

fn time(context: &mut Context<'_>, at: &At<'_>) -> bool {
    let Some(text) = at.text(context) else { return false };
    let is_time = Timestamp::parse(text).is_ok();
    if !is_time {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "`time` must be a time")
            .help("write it as `2026-03-02T09:00:00Z`");
    }
    is_time
}

fn changed(context: &mut Context<'_>, at: &At<'_>) -> bool {
    let Some(items) = at.list(context) else { return false };
    // Each of them is looked at, so that all mistakes are noted.
    items.iter().filter(|item| item.text(context).is_none()).count() == 0
}
