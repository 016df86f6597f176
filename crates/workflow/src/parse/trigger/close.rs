//! `close:`: events of Close CRM.

use super::misplaced_where;
use crate::diagnostic::Code;
use crate::ids::CredentialName;
use crate::model::{CloseTrigger, EventPair, Sharing};
use crate::parse::context::Context;
use crate::parse::credential;
use crate::parse::place::At;
use crate::source::Span;
use crate::yaml::Data;

pub(super) const KEYS: [&str; 4] = ["credential", "events", "filters", "sharing"];

/// Whose the subscription is, by the words for it.
const SHARINGS: [(&str, Sharing); 2] = [("none", Sharing::None), ("workspace", Sharing::Workspace)];

const PROVIDER: &str = "close";

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<CloseTrigger> {
    let mut fields = at.map(context)?;
    let credential = match fields.take("credential") {
        Some(at) => credential::name(context, &at),
        None => Some(CredentialName::new(credential::CLOSE)),
    };
    let events = fields.require(context, "events").and_then(|at| events(context, &at));
    let filters = fields.take("filters");
    if let Some(filters) = &filters
        && !matches!(filters.node.data, Data::Map(_))
    {
        filters.wrong_type(context, "a map, as Close's webhook filters are");
    }
    let sharing = fields.take("sharing").and_then(|at| sharing(context, &at)).unwrap_or_default();
    if let (Some(filters), Sharing::Workspace) = (&filters, sharing) {
        context
            .error(
                Code::ConflictingKeys,
                filters.span(),
                &filters.path,
                "a shared subscription cannot have `filters`",
            )
            .help("use `where`, which is asked here, or leave `sharing` out");
    }
    misplaced_where(context, &mut fields, PROVIDER);
    fields.finish(context, &KEYS);
    Some(CloseTrigger {
        credential: credential?,
        events: events?,
        filters: filters.map(|at| at.node.to_json()),
        sharing,
    })
}

fn sharing(context: &mut Context<'_>, at: &At<'_>) -> Option<Sharing> {
    let word = at.choice(context, &SHARINGS.map(|(word, _)| word))?;
    SHARINGS.into_iter().find(|(known, _)| *known == word).map(|(_, sharing)| sharing)
}

fn events(context: &mut Context<'_>, at: &At<'_>) -> Option<Vec<EventPair>> {
    if let Data::Text(text) = &at.node.data {
        context
            .error(Code::WrongType, at.span(), &at.path, "`events` must be a list, found text")
            .help(format!("write `events: [{}]`", text.chars().take(60).collect::<String>()));
        return None;
    }
    let items = at.list(context)?;
    if items.is_empty() {
        context.error(Code::MissingKey, at.span(), &at.path, "`events` needs at least one event");
        return None;
    }
    let mut events: Vec<EventPair> = Vec::new();
    let mut is_whole = true;
    for item in &items {
        let Some(pairs) = event(context, item) else {
            is_whole = false;
            continue;
        };
        for pair in pairs {
            if !events.contains(&pair) {
                events.push(pair);
            }
        }
    }
    is_whole.then_some(events)
}

fn event(context: &mut Context<'_>, at: &At<'_>) -> Option<Vec<EventPair>> {
    if let Data::Text(name) = &at.node.data {
        return resolve(context, name, at.span(), &at.path);
    }
    if !matches!(at.node.data, Data::Map(_)) {
        at.wrong_type(context, "an event's name, or `{ object_type, action }`");
        return None;
    }
    let mut fields = at.map(context)?;
    let object_type = fields.require(context, "object_type").and_then(|at| at.text(context));
    let action = fields.require(context, "action").and_then(|at| at.text(context));
    fields.finish(context, &["object_type", "action"]);
    resolve(context, &format!("{}.{}", object_type?, action?), at.span(), &at.path)
}

fn resolve(context: &mut Context<'_>, name: &str, span: Span, path: &str) -> Option<Vec<EventPair>> {
    match context.catalogue().resolve(PROVIDER, name) {
        Ok(pairs) => Some(pairs),
        Err(unknown) => {
            let shown: String = name.chars().take(80).collect();
            let help = unknown.suggestion.map_or_else(
                || {
                    "events are called `<category>.<action>`, for instance `lead.created` or `opportunity.*`"
                        .to_owned()
                },
                |name| format!("did you mean `{name}`?"),
            );
            context.error(Code::UnknownEvent, span, path, format!("Close has no event `{shown}`")).help(help);
            None
        }
    }
}
