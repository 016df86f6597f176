//! `GET /api/docs`: the description for a person, on one page that loads nothing but the description.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use sha2::{Digest, Sha256};

const SCRIPT: &str = include_str!("docs.js");
const STYLE: &str = include_str!("docs.css");

static PAGE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Bellhop: REST</title>\
         <style>{STYLE}</style></head><body><nav id=\"contents\" aria-label=\"Operations\"></nav>\
         <main id=\"operations\"><noscript>This page is written by a script from \
         <a href=\"openapi.json\">openapi.json</a>.</noscript></main><script>{SCRIPT}</script></body></html>"
    )
});

/// The one script and the one style are known by their digests; nothing else is run or loaded but the description.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; form-action 'none'; \
         frame-ancestors 'none'; base-uri 'none'",
        digest(SCRIPT),
        digest(STYLE)
    )
});

/// Answers with the page.
#[utoipa::path(
    get,
    path = "/api/docs",
    tag = "Public",
    operation_id = "describe_on_a_page",
    summary = "Show this description on a page",
    responses((
        status = 200, body = String, content_type = "text/html", description = "The page",
        example = json!("<!doctype html>…")
    ))
)]
pub(crate) async fn docs() -> Response {
    let policy = HeaderValue::from_str(&POLICY).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, Html(PAGE.as_str())).into_response()
}
