//! The few pages that a person sees at a resume URL. They hold no script, load nothing, and can be framed by nobody.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1c1e21;background:#f4f5f7;margin:0}\
main{max-width:32rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:12px;box-shadow:0 1px 4px #0002}\
h1{font-size:1.3rem;margin-top:0}label{display:block;margin-bottom:.3rem}\
textarea{width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin-bottom:1rem}\
button{font:inherit;padding:.6rem 1.4rem;margin-right:.6rem;border:1px solid #1a7f4b;border-radius:8px;\
background:#1a7f4b;color:#fff;cursor:pointer}button.no{background:#fff;color:#b3261e;border-color:#b3261e}\
@media(prefers-color-scheme:dark){body{background:#16181c;color:#e6e8eb}main{background:#22252b}\
button.no{background:#22252b;color:#ff8a80;border-color:#ff8a80}textarea{background:#16181c;color:inherit}}";

/// Nothing may be loaded or run; the one style is known by its digest; the form goes to where it came from.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
});

/// Asks for a decision. `workflow` and `step` are what they are called.
pub(super) fn question(workflow: &str, step: &str) -> Response {
    let (workflow, step) = (escaped(workflow), escaped(step));
    let body = format!(
        "<p>The workflow <strong>{workflow}</strong> waits at <strong>{step}</strong>.</p>\
         <form method=\"post\">\
         <label for=\"comment\">Comment (optional)</label>\
         <textarea id=\"comment\" name=\"comment\" rows=\"3\" maxlength=\"2000\"></textarea>\
         <button name=\"approved\" value=\"true\">Approve</button>\
         <button class=\"no\" name=\"approved\" value=\"false\">Reject</button>\
         </form>"
    );
    document(StatusCode::OK, "Your decision is needed", &body)
}

/// Says one thing.
pub(super) fn notice(status: StatusCode, title: &str, text: &str) -> Response {
    document(status, title, &format!("<p>{}</p>", escaped(text)))
}

/// Whether whoever asks is a browser that shows pages.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn document(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escaped(title);
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let policy = HeaderValue::from_str(&POLICY).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // The address is the key: no other site is told of it, and no cache keeps what it shows.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, page).into_response()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
