//! The description of the interface: OpenAPI 3.1, made of the handlers' annotations and of the types that they take and
//! give, so that it cannot say anything else than they do.
//!
//! # Adding an operation
//! 1. `#[utoipa::path]` above the handler: method, whole path, tag, an `operation_id` of its own, summary, parameters
//!    (`PathOf<…>` and `Query<…>` describe themselves), body, and every answer that is its own. What all answers of a kind
//!    have in common (no token, a parameter that is wrong, …) and the form of problems comes from `complete.rs`.
//! 2. A line in [`Interface`].
//! 3. `ToSchema` for its types; an example where the words that `examples.rs` makes up would not help.
//!
//! A query parameter of a new name has a line in `parameters.rs`. Tests hold that every route is here and answers as it
//! says.

mod complete;
pub(crate) mod docs;
mod examples;
pub(crate) mod json;
mod parameters;

use std::sync::LazyLock;

use serde_json::Value;
use utoipa::OpenApi;

pub(crate) use self::parameters::{Described, IfMatch, IfNew, IfNoneMatch};
use crate::problem::Body;
use crate::{
    audit, catalog, credentials, deliveries, executions, health, ingress, metrics, openapi, registrations,
    resume, session, state_keys, tokens, workflows,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bellhop",
        description = "Runs workflows when something happens. Lists answer `{items, next_cursor}`; whatever goes wrong is \
            a problem (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/")),
    components(schemas(Body<'static>, executions::stream::StepChange)),
    tags(
        (name = "Workflows", description = "What runs: their text, versions, and whether they are on"),
        (name = "Executions", description = "What ran, and how it went"),
        (name = "State", description = "What workflows keep between their executions"),
        (name = "Deliveries", description = "What arrived, and what became of it"),
        (name = "Registrations", description = "What triggers have at their vendors"),
        (name = "Credentials", description = "Secrets by name; their values never come out"),
        (name = "Catalogue", description = "What can start a workflow"),
        (name = "Tokens", description = "What others may do here: their tokens, and the browsers that they have opened"),
        (name = "Audit", description = "Who changed what"),
        (name = "Public", description = "What needs no token: deliveries, resume URLs, health, this description"),
    ),
    paths(
        workflows::list::list,
        workflows::create::create,
        workflows::validate::validate,
        workflows::show::show,
        workflows::update::update,
        workflows::delete::delete,
        workflows::versions::versions,
        workflows::version::version,
        workflows::activate::activate,
        workflows::deactivate::deactivate,
        workflows::run::run,
        executions::list::list,
        executions::prune::prune,
        executions::stream::all::stream,
        executions::show::show,
        executions::stream::one::stream,
        executions::cancel::cancel,
        executions::retry::retry,
        resume::by_hand::resume,
        state_keys::list,
        deliveries::list::list,
        deliveries::rejections::list,
        deliveries::recover::recover,
        deliveries::show::show,
        deliveries::replay::replay,
        registrations::list::list,
        registrations::reconcile::reconcile,
        credentials::list::list,
        credentials::show::show,
        credentials::put::put,
        credentials::delete::delete,
        credentials::test::test,
        catalog::providers::list,
        catalog::events::list,
        tokens::list::list,
        tokens::create::create,
        tokens::revoke::revoke,
        session::show::show,
        session::open::open,
        session::close::close,
        audit::list::list,
        ingress::receive::receive,
        resume::page::page,
        resume::call::call,
        health::live::live,
        health::ready::ready,
        metrics::show::show,
        openapi::json::json,
        openapi::docs::docs,
    )
)]
struct Interface;

/// The whole description.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        // It is made of texts and numbers, so that writing it down cannot fail.
        complete::complete(serde_json::to_value(Interface::openapi()).unwrap_or_default())
    });
    &DOCUMENT
}
