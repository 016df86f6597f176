//! The API's errors. Close answers a text under `error` or `message`, or texts by field; all three occur here, because
//! a client has to read all three.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::rate_limit::Allowance;
use crate::subscription::{FieldErrors, RegisterError};

/// What the API answers other than 2xx.
#[derive(Debug)]
pub(crate) enum ApiError {
    Unauthorized,
    NotFound,
    MethodNotAllowed,
    UnsupportedMediaType,
    RateLimited(Allowance),
    BadRequest(String),
    Duplicate(String),
    Fields(FieldErrors),
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

impl From<RegisterError> for ApiError {
    fn from(error: RegisterError) -> Self {
        match &error {
            RegisterError::Unknown => Self::NotFound,
            RegisterError::LimitReached(_) => Self::BadRequest(error.to_string()),
            RegisterError::Duplicate(_) => Self::Duplicate(error.to_string()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let error = |status: StatusCode, text: &str| (status, Json(json!({ "error": text }))).into_response();
        match self {
            Self::Unauthorized => {
                let mut answer = error(StatusCode::UNAUTHORIZED, "The API key is not valid.");
                answer.headers_mut().insert(WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Basic"));
                answer
            }
            Self::NotFound => error(StatusCode::NOT_FOUND, "The requested object does not exist."),
            Self::MethodNotAllowed => {
                error(StatusCode::METHOD_NOT_ALLOWED, "This method is not allowed here.")
            }
            Self::UnsupportedMediaType => {
                error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.")
            }
            Self::RateLimited(allowance) => {
                let mut answer =
                    error(StatusCode::TOO_MANY_REQUESTS, "API call count exceeded for this period.");
                allowance.describe(answer.headers_mut());
                answer
            }
            Self::BadRequest(text) => error(StatusCode::BAD_REQUEST, &text),
            Self::Duplicate(text) => {
                (StatusCode::BAD_REQUEST, Json(json!({ "message": text }))).into_response()
            }
            Self::Fields(errors) => {
                (StatusCode::BAD_REQUEST, Json(json!({ "errors": [], "field-errors": errors })))
                    .into_response()
            }
        }
    }
}
