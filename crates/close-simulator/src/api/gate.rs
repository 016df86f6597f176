//! What every call passes: the key, and the rate limit.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::ApiError;
use super::caller::Caller;
use crate::hub::Hub;

/// Lets a call through that has a key and is within its rate, and tells the rate in the answer.
pub(crate) async fn pass(State(hub): State<Arc<Hub>>, mut request: Request, next: Next) -> Response {
    let Some(caller) = Caller::identify(&hub, request.headers()) else {
        return ApiError::Unauthorized.into_response();
    };
    let allowance = hub.config.rate_limit.map(|rate| {
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let group = format!("{} {}", request.method(), path.trim_end_matches('/'));
        hub.world().meters.count(rate, caller.key, &group, hub.now())
    });
    if let Some(exceeded) = allowance.filter(|allowance| allowance.exceeded) {
        return ApiError::RateLimited(exceeded).into_response();
    }
    request.extensions_mut().insert(caller);
    let mut answer = next.run(request).await;
    if let Some(allowance) = allowance {
        allowance.describe(answer.headers_mut());
    }
    answer
}
