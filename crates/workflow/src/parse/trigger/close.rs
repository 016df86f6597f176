//! `close:`: events of Close CRM.

use super::{close_filter, misplaced_where};
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
    if let Some(filters) = &filters {
        close_filter::check(context, filters);
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
    let Events { pairs, published } = events?;
    Some(CloseTrigger {
        credential: credential?,
        events: pairs,
        published,
        filters: filters.map(|at| at.node.to_json()),
        sharing,
    })
}

fn sharing(context: &mut Context<'_>, at: &At<'_>) -> Option<Sharing> {
    let word = at.choice(context, &SHARINGS.map(|(word, _)| word))?;
    SHARINGS.into_iter().find(|(known, _)| *known == word).map(|(_, sharing)| sharing)
}

/// What a trigger subscribes to.
#[derive(Default)]
struct Events {
    /// Everything, each once.
    pairs: Vec<EventPair>,
    /// Of that, what is only wanted where it publishes something.
    published: Vec<EventPair>,
}

fn events(context: &mut Context<'_>, at: &At<'_>) -> Option<Events> {
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
    let mut events = Events::default();
    // What is wanted whether or not it publishes something.
    let mut always: Vec<EventPair> = Vec::new();
    let mut is_whole = true;
    for item in &items {
        let Some(found) = event(context, item) else {
            is_whole = false;
            continue;
        };
        warn_of_completions(context, item, &events.pairs, &found.pairs);
        for pair in found.pairs {
            let list = if found.only_published { &mut events.published } else { &mut always };
            for list in [list, &mut events.pairs] {
                if !list.contains(&pair) {
                    list.push(pair.clone());
                }
            }
        }
    }
    events.published.retain(|pair| !always.contains(pair));
    is_whole.then_some(events)
}

/// Close tells of a task's completion twice, with two events that know nothing of each other.
fn warn_of_completions(context: &mut Context<'_>, at: &At<'_>, earlier: &[EventPair], new: &[EventPair]) {
    let logged = |pair: &EventPair| {
        (pair.object_type.as_str(), pair.action.as_str()) == ("activity.task_completed", "created")
    };
    let done = |pair: &EventPair| pair.object_type.starts_with("task.") && pair.action == "completed";
    let has = |pairs: &[EventPair], is: &dyn Fn(&EventPair) -> bool| pairs.iter().any(is);
    let both = |one: &dyn Fn(&EventPair) -> bool, other: &dyn Fn(&EventPair) -> bool| {
        has(new, one) && !has(earlier, one) && has(earlier, other)
    };
    if both(&logged, &done) || both(&done, &logged) {
        context.warning(
            Code::TwoEventsForOne,
            at.span(),
            &at.path,
            "one completed task would start this twice: Close sends `activity.task_completed.created` and `task.….completed` for it",
        );
    }
}

/// What one entry stands for.
struct Named {
    pairs: Vec<EventPair>,
    only_published: bool,
}

fn event(context: &mut Context<'_>, at: &At<'_>) -> Option<Named> {
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

fn resolve(context: &mut Context<'_>, name: &str, span: Span, path: &str) -> Option<Named> {
    let catalogue = context.catalogue();
    match catalogue.resolve(PROVIDER, name) {
        Ok(pairs) => Some(Named { pairs, only_published: catalogue.is_publication(PROVIDER, name) }),
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
