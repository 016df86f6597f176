//! `GET /catalog/events`: the events that are known by name, with what they carry.

use axum::Json;
use bellhop_trigger::catalogue::{Catalogue, EventEntry};

use crate::extract::{FromParameters, Parameters, Query, Reader, listed};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;

const LIST: &str = "events";

/// Which events, and which page of them.
pub(crate) struct ListEvents {
    provider: Option<&'static str>,
    q: Option<String>,
    /// The key is an event's place in the catalogue.
    page: PageRequest<usize>,
}

impl FromParameters for ListEvents {
    const NAMES: &'static [&'static str] = &["provider", "q", "limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let known: Vec<&'static str> = Catalogue::providers().iter().map(|provider| provider.name).collect();
        let read = |text: &str| known.iter().copied().find(|name| *name == text);
        Ok(Self {
            provider: parameters.value("provider", read, format_args!("one of {}", listed(&known)))?,
            q: parameters.text("q").map(str::to_owned),
            page: PageRequest::read(parameters, LIST, |key| key.parse().ok())?,
        })
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/catalog/events",
    tag = "Catalogue",
    operation_id = "list_events",
    summary = "List the events that are known by name",
    params(Query<ListEvents>),
    responses(
        (status = 200, body = Page<EventEntry>, description = "One page"),
    ),
)]
pub(crate) async fn list(
    _: Reader,
    Query(ListEvents { provider, q, page }): Query<ListEvents>,
) -> Json<Page<&'static EventEntry>> {
    let all = Catalogue::entries().iter().enumerate();
    let of_provider = all.filter(|(_, entry)| provider.is_none_or(|name| entry.provider == name));
    let found = of_provider.filter(|(_, entry)| q.as_ref().is_none_or(|words| entry.mentions(words)));
    Json(page.page_of_all(
        LIST,
        found.collect(),
        |(place, _), after| place > after,
        |(place, _)| place.to_string(),
        |(_, entry)| entry,
    ))
}
