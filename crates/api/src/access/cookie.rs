//! What a browser shows that somebody has opened with a token.
//!
//! The cookie goes with every request that a page of this server makes, and, were it not for what is checked here, could be
//! made to go with one of somebody else's page. So a change needs a header that only a page of this server can set, and
//! must not come from another site by what the browser says.

use bellhop_storage::TokenDigest;
use http::header::{COOKIE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// What a page of this server sets where it changes something: no other site's can, without being allowed to first.
const HEADER: HeaderName = HeaderName::from_static("x-bellhop-request");

/// Where a request comes from, by what the browser says: <https://www.w3.org/TR/fetch-metadata/>.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The cookie's name: with the prefix, browsers take it from this very host and over TLS only (RFC 6265bis, 4.1.3.2).
pub(crate) fn name(public_url: &Url) -> &'static str {
    if is_secure(public_url) { "__Host-bellhop" } else { "bellhop" }
}

/// The header that has a browser keep `value` for so many seconds.
pub(crate) fn set(public_url: &Url, value: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let secure = if is_secure(public_url) { "; Secure" } else { "" };
    let name = name(public_url);
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut header = HeaderValue::from_str(&text).map_err(Problem::internal)?;
    header.set_sensitive(true);
    Ok(header)
}

fn is_secure(public_url: &Url) -> bool {
    public_url.scheme() == "https"
}

/// The digest of what the browser shows, where it shows something.
pub(super) fn shown(headers: &HeaderMap, public_url: &Url) -> Option<TokenDigest> {
    let name = name(public_url);
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|pairs| pairs.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, value)| TokenDigest::of(value))
}

/// 403 where a change may be another site's doing.
pub(super) fn check(parts: &Parts, state: &ApiState) -> Result<(), Problem> {
    if parts.method.is_safe() {
        return Ok(());
    }
    from_here(&parts.headers, &state.public_url)?;
    if parts.headers.contains_key(HEADER) {
        return Ok(());
    }
    let detail = format!("With a cookie, a change needs the header `{HEADER}`, of any value.");
    Err(Problem::because(kind::CROSS_SITE, detail))
}

/// 403 where the browser says that another site has made the request.
pub(crate) fn from_here(headers: &HeaderMap, public_url: &Url) -> Result<(), Problem> {
    let of_another_site = headers.get(SITE).is_some_and(|site| site != "same-origin");
    let of_another_origin = headers.get(ORIGIN).is_some_and(|origin| !is_own(origin, headers, public_url));
    if of_another_site || of_another_origin {
        return Err(Problem::new(kind::CROSS_SITE));
    }
    Ok(())
}

/// Whether it is the origin of the public URL, or of the address that was asked: a proxy may have another one.
fn is_own(origin: &HeaderValue, headers: &HeaderMap, public_url: &Url) -> bool {
    let Some(origin) = origin.to_str().ok() else { return false };
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == public_url.origin().ascii_serialization() || host.is_some_and(|host| asked == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_secure_where_the_server_is() {
        let secure = set(&Url::parse("https://b.example/").unwrap(), "v", 60);
        let expected = "__Host-bellhop=v; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(secure.ok().unwrap(), expected);
        let plain = set(&Url::parse("http://127.0.0.1:8080/").unwrap(), "v", 60);
        assert_eq!(plain.ok().unwrap(), "bellhop=v; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
    }
}
