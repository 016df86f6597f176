//! Every route, on one page.
//!
//! # Adding an endpoint
//! 1. A file in the directory of what it is about, with its request, response, errors, handler and tests.
//! 2. A line here. A handler that is not for everybody takes [`Reader`], [`Writer`](crate::extract::Writer) or
//!    [`Admin`](crate::extract::Admin) as its first argument.
//! 3. Its description, see [`crate::openapi`].
//! 4. A line in the list of `tests/it/guards.rs`, which says what it needs.

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{MethodRouter, any, delete, get, post};
use http::header::CACHE_CONTROL;
use http::{Extensions, HeaderValue, Method};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::extract::Reader;
use crate::metrics::route;
use crate::outermost::Outermost;
use crate::problem::{Problem, kind, panic_response};
use crate::state::ApiState;
use crate::{
    audit, catalog, credentials, deliveries, executions, health, ingress, metrics, openapi, registrations,
    resume, session, state_keys, tokens, workflows,
};

/// The whole API: `/api/v1`, inbound deliveries and health.
pub fn router(state: ApiState) -> Router {
    let routes = health()
        .nest("/api/v1", rest())
        .route("/webhook/{*hook_id}", any(ingress::receive::receive))
        .route("/resume/{token}", get(resume::page::page).post(resume::call::call))
        .route("/api/openapi.json", get(openapi::json::json))
        .route("/api/docs", get(openapi::docs::docs));
    finished(routes, state)
}

/// What a node has that only works: nobody can give it anything to do but by the database.
pub fn router_of_worker(state: ApiState) -> Router {
    finished(health(), state)
}

fn health() -> Router<ApiState> {
    Router::new()
        .route("/healthz", get(health::live::live))
        .route("/readyz", get(health::ready::ready))
        .route("/metrics", get(metrics::show))
}

fn finished(routes: Router<ApiState>, state: ApiState) -> Router {
    routes
        .fallback(async || Problem::new(kind::NOT_FOUND))
        .method_not_allowed_fallback(async || Problem::new(kind::METHOD_NOT_ALLOWED))
        .layer((
            Outermost(state.clone()),
            // A failed request is logged where its problem is made, with its cause.
            TraceLayer::new_for_http().make_span_with(span_of).on_failure(()),
            CatchPanicLayer::custom(panic_response),
        ))
        .with_state(state)
}

fn rest() -> Router<ApiState> {
    Router::new()
        .route("/workflows", get(workflows::list::list).post(workflows::create::create))
        // A workflow may be called so, too.
        .route("/workflows/validate", one_workflow().post(workflows::validate::validate))
        .route("/workflows/{name}", one_workflow())
        .route("/workflows/{name}/versions", get(workflows::versions::versions))
        .route("/workflows/{name}/versions/{version}", get(workflows::version::version))
        .route("/workflows/{name}/activate", post(workflows::activate::activate))
        .route("/workflows/{name}/deactivate", post(workflows::deactivate::deactivate))
        .route("/workflows/{name}/run", post(workflows::run::run))
        .route("/executions", get(executions::list::list).delete(executions::prune::prune))
        .route("/executions/stream", get(executions::stream::all::stream))
        .route("/executions/{id}", get(executions::show::show))
        .route("/executions/{id}/stream", get(executions::stream::one::stream))
        .route("/executions/{id}/cancel", post(executions::cancel::cancel))
        .route("/executions/{id}/retry", post(executions::retry::retry))
        .route("/executions/{id}/steps/{step}/resume", post(resume::by_hand::resume))
        .route("/state/{name}", get(state_keys::list))
        .route("/deliveries", get(deliveries::list::list))
        .route("/deliveries/rejections", get(deliveries::rejections::list))
        .route("/deliveries/recover", post(deliveries::recover::recover))
        .route("/deliveries/{id}", get(deliveries::show::show))
        .route("/deliveries/{id}/replay", post(deliveries::replay::replay))
        .route("/registrations", get(registrations::list::list))
        .route("/registrations/reconcile", post(registrations::reconcile::reconcile))
        .route("/credentials", get(credentials::list::list))
        .route(
            "/credentials/{name}",
            get(credentials::show::show).put(credentials::put::put).delete(credentials::delete::delete),
        )
        .route("/credentials/{name}/test", post(credentials::test::test))
        .route("/catalog/providers", get(catalog::providers::list))
        .route("/catalog/events", get(catalog::events::list))
        .route("/tokens", get(tokens::list::list).post(tokens::create::create))
        .route("/tokens/{id}", delete(tokens::revoke::revoke))
        .route("/session", get(session::show::show).post(session::open::open).delete(session::close::close))
        .route("/audit", get(audit::list::list))
        // Which addresses there are is nobody's business who has no token.
        .fallback(async |_: Reader| Problem::new(kind::NOT_FOUND))
        .method_not_allowed_fallback(async |_: Reader| Problem::new(kind::METHOD_NOT_ALLOWED))
        .layer(map_response(private))
}

/// An answer is for its caller, and may be another the next time: nobody keeps it for others, and nobody goes on with it
/// without asking.
async fn private(mut answer: Response) -> Response {
    answer.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    answer
}

fn one_workflow() -> MethodRouter<ApiState> {
    get(workflows::show::show).put(workflows::update::update).delete(workflows::delete::delete)
}

/// What the log knows of a request: never its query, headers or body, and of its path the pattern only, since a hook's
/// id is a secret of its sender.
fn span_of(request: &Request) -> Span {
    // A delivery makes its own where there is something to say.
    if route(request.uri().path()) == "webhook" {
        return Span::none();
    }
    span(request.method(), request.extensions())
}

/// The same, whatever it is.
pub(crate) fn span(method: &Method, extensions: &Extensions) -> Span {
    let route = extensions.get::<MatchedPath>().map_or("-", MatchedPath::as_str);
    tracing::info_span!("request", %method, route)
}
