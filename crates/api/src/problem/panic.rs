//! A handler that panics costs its own request and nothing else.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use super::{Problem, kind};

/// The panic, as an error that the log can show.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

/// Answers 500. The panic's own text is not repeated: it may hold part of a body, and the panic hook has printed it.
pub(crate) fn panic_response(_panic: Box<dyn Any + Send>) -> Response {
    Problem::new(kind::INTERNAL).caused_by(Panicked).into_response()
}
