//! JSON bodies. Strict about the content type, as Close is (415).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::ApiError;

/// A body that is a JSON object.
pub(crate) struct Input(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Input {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json")) {
            return Err(ApiError::UnsupportedMediaType);
        }
        let wrong = |text: &str| ApiError::BadRequest(text.to_owned());
        let bytes =
            Bytes::from_request(request, state).await.map_err(|_| wrong("The body could not be read."))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| wrong("The body must be a JSON object."))
    }
}
