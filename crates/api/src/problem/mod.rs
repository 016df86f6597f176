//! Problems: the one shape of every answer that is not what was asked for (RFC 9457, `application/problem+json`).
//!
//! An endpoint's own errors become a [`Problem`] by a `From` beside that endpoint. Whatever goes wrong on the server's
//! side gets a constant body, and its cause is logged once, here.

pub(crate) mod kind;
mod panic;

use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use bellhop_storage::{Outage, StoreError};
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::{ExecutionId, Version};
use bellhop_workflow::model::InputMistake;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use self::kind::Kind;
pub(crate) use self::panic::panic_response;
use crate::health::ready::Part;

/// How long a client should wait before it tries again while the database is away, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// An answer that says what went wrong and what helps to mend it.
pub(crate) struct Problem(Box<Parts>);

struct Parts {
    kind: Kind,
    detail: Option<String>,
    diagnostics: Vec<Diagnostic>,
    vendor: Option<VendorAnswer>,
    execution: Option<ExecutionId>,
    inputs: Vec<InputMistake>,
    version: Option<Version>,
    readiness: Vec<Part>,
    header: Option<(HeaderName, HeaderValue)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// What the vendor said as it refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VendorAnswer {
    /// Its HTTP status; `null` where it gave no answer.
    #[schema(example = 429)]
    pub(crate) status: Option<u16>,
    /// Its own words, or what kept them from coming.
    #[schema(example = "Too many requests")]
    pub(crate) message: String,
}

impl Problem {
    /// A problem of that kind, with the kind's own words.
    pub(crate) fn new(kind: &Kind) -> Self {
        Self(Box::new(Parts {
            kind: *kind,
            detail: None,
            diagnostics: Vec::new(),
            vendor: None,
            execution: None,
            inputs: Vec::new(),
            version: None,
            readiness: Vec::new(),
            header: None,
            cause: None,
        }))
    }

    /// A problem of that kind, with more precise words.
    pub(crate) fn because(kind: &Kind, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(kind);
        problem.0.detail = Some(detail.into());
        problem
    }

    /// That status and no reason: what a sender whose delivery is refused gets to know.
    pub(crate) fn status_only(status: StatusCode) -> Self {
        // RFC 9457, 4.2.1: `about:blank` says no more than the status does.
        let title = status.canonical_reason().unwrap_or("Refused");
        Self::new(&Kind { uri: "about:blank", title, status, detail: "The delivery was refused." })
    }

    /// The same problem, with the execution that it is about.
    pub(crate) fn about(mut self, execution: ExecutionId) -> Self {
        self.0.execution = Some(execution);
        self
    }

    /// The same problem, with the version that is there.
    pub(crate) fn at_version(mut self, version: Version) -> Self {
        self.0.version = Some(version);
        self
    }

    /// 422 with what is wrong with each input.
    pub(crate) fn invalid_inputs(inputs: Vec<InputMistake>) -> Self {
        let all: Vec<String> = inputs.iter().map(InputMistake::to_string).collect();
        let mut problem = Self::because(kind::INVALID_INPUTS, format!("{}.", all.join("; ")));
        problem.0.inputs = inputs;
        problem
    }

    /// The same problem, with how the parts of the server are.
    pub(crate) fn with_parts(mut self, parts: Vec<Part>) -> Self {
        self.0.readiness = parts;
        self
    }

    /// The same problem, with a header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    /// The answer's status.
    pub(crate) fn status(&self) -> StatusCode {
        self.0.kind.status
    }

    /// What kind of problem it is, in a few words.
    pub(crate) fn title(&self) -> &str {
        self.0.kind.title
    }

    /// What is wrong here.
    pub(crate) fn detail(&self) -> &str {
        self.0.detail.as_deref().unwrap_or(self.0.kind.detail)
    }

    /// 404: there is no `what` called `name`.
    pub(crate) fn not_found(what: &str, name: impl fmt::Display) -> Self {
        Self::because(kind::NOT_FOUND, format!("There is no {what} `{name}`."))
    }

    /// 401, with the challenge that RFC 6750 asks for.
    pub(crate) fn unauthorized() -> Self {
        Self::new(kind::UNAUTHORIZED).with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 422 with the mistakes of a workflow.
    pub(crate) fn invalid_workflow(diagnostics: Vec<Diagnostic>) -> Self {
        let mut problem = Self::new(kind::INVALID_WORKFLOW);
        problem.0.diagnostics = diagnostics;
        problem
    }

    /// 502 with the vendor's words.
    pub(crate) fn vendor(detail: impl Into<String>, answer: VendorAnswer) -> Self {
        let mut problem = Self::because(kind::VENDOR, detail);
        problem.0.vendor = Some(answer);
        problem
    }

    /// 503: the database did not do its part.
    pub(crate) fn storage(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(kind::STORAGE).caused_by(cause).with_header(RETRY_AFTER, RETRY_AFTER_SECONDS)
    }

    /// 500: a mistake of ours.
    pub(crate) fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(kind::INTERNAL).caused_by(cause)
    }

    /// What the log is told, and the client is not.
    pub(crate) fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Box::new(cause));
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::storage(error)
    }
}

/// The body, as RFC 9457 and the project's interfaces have it.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    diagnostics: &'a [Diagnostic],
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<&'a VendorAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<ExecutionId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    inputs: &'a [InputMistake],
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    parts: &'a [Part],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Parts { kind, detail, diagnostics, vendor, execution, inputs, version, readiness, header, cause } =
            *self.0;
        // What an execution came to is in the history, and no fault of the server's.
        if kind.status.is_server_error() && execution.is_none() && readiness.is_empty() {
            let error = cause.as_deref().map(|cause| cause as &dyn Error);
            if error.is_some_and(Outage::is_behind) {
                // The log was told as it began: hundreds may run into it each second.
                tracing::debug!(problem = kind.uri, error, "request failed");
            } else {
                tracing::error!(problem = kind.uri, error, "request failed");
            }
        }
        let body = Body {
            r#type: kind.uri,
            title: kind.title,
            status: kind.status.as_u16(),
            detail: detail.as_deref().unwrap_or(kind.detail),
            diagnostics: &diagnostics,
            vendor: vendor.as_ref(),
            execution,
            inputs: &inputs,
            version,
            parts: &readiness,
        };
        // The body is made of strings and numbers only, so that writing it down cannot fail.
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let content_type = [(CONTENT_TYPE, "application/problem+json")];
        let mut response = (kind.status, content_type, bytes).into_response();
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
