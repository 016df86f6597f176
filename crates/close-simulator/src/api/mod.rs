//! Close's API below `/api/v1`, as far as Bellhop uses it. This page lists every route.

mod caller;
mod error;
mod event_log;
mod fault;
mod gate;
mod input;
mod me;
mod objects;
mod paging;
mod rate_limit;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get};

pub(crate) use error::ApiError;
pub(crate) use fault::written;
pub(crate) use input::Input;
pub(crate) use rate_limit::Meters;

use crate::hub::Hub;
use crate::objects::Kind;

/// Where the API begins.
pub(crate) const PREFIX: &str = "/api/v1";

/// All routes.
pub(crate) fn router(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    let mut router = Router::new();
    router = both(router, "/me", get(me::show));
    router = both(router, "/webhook", get(webhooks::list).post(webhooks::create));
    router =
        both(router, "/webhook/{id}", get(webhooks::show).put(webhooks::update).delete(webhooks::delete));
    router = both(router, "/event", get(event_log::list));
    router = both(router, "/event/{id}", get(event_log::show));
    for kind in Kind::ALL {
        router = both(router, &format!("/{}", kind.path()), objects::collection(kind));
        router = both(router, &format!("/{}/{{id}}", kind.path()), objects::item(kind));
    }
    router
        .fallback(|| async { ApiError::NotFound })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(from_fn_with_state(Arc::clone(hub), gate::pass))
        .layer(from_fn_with_state(Arc::clone(hub), fault::strike))
}

/// Close's paths end in a slash, and it answers to those without one too.
fn both(router: Router<Arc<Hub>>, path: &str, methods: MethodRouter<Arc<Hub>>) -> Router<Arc<Hub>> {
    router.route(path, methods.clone()).route(&format!("{path}/"), methods)
}
