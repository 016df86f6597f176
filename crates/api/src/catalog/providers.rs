//! `GET /catalog/providers`: what starts workflows, and how its deliveries are signed.

use axum::Json;
use bellhop_trigger::catalogue::{Catalogue, Provider};

use crate::extract::{FromParameters, Parameters, Query, Reader};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;

const LIST: &str = "providers";

/// Which page.
pub(crate) struct ListProviders(PageRequest<usize>);

impl FromParameters for ListProviders {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        Ok(Self(PageRequest::read(parameters, LIST, |key| key.parse().ok())?))
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/catalog/providers",
    tag = "Catalogue",
    operation_id = "list_providers",
    summary = "List what starts workflows",
    params(Query<ListProviders>),
    responses(
        (status = 200, body = Page<Provider>, description = "One page"),
    ),
)]
pub(crate) async fn list(
    _: Reader,
    Query(ListProviders(page)): Query<ListProviders>,
) -> Json<Page<&'static Provider>> {
    let all = Catalogue::providers().iter().enumerate().collect();
    Json(page.page_of_all(
        LIST,
        all,
        |(place, _), after| place > after,
        |(place, _)| place.to_string(),
        |(_, it)| it,
    ))
}
