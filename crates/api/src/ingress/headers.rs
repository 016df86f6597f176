//! Which headers of a delivery the log keeps, and how much of each.

use bellhop_trigger::manifest::manifests;
use bellhop_vault::Redactor;
use http::{HeaderMap, HeaderName};

/// More of them no sender needs; they are for a person to look at.
const MOST: usize = 50;

/// The longest value that is kept, in bytes.
const LONGEST_VALUE: usize = 1024;

/// Headers that say nothing about the delivery that is not known otherwise: our own address, the length, and what the
/// connection was like.
const IDLE: [&str; 7] =
    ["host", "content-length", "connection", "keep-alive", "transfer-encoding", "accept", "accept-encoding"];

/// Headers that prove who sends: with them, whoever reads the log could send as well.
const CREDENTIALS: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"];

/// The headers for the log, in their order, without credentials; `hook_header` is the one that this hook's senders
/// prove themselves by.
pub(crate) fn logged(
    headers: &HeaderMap,
    hook_header: Option<&str>,
    redactor: &Redactor,
) -> Vec<(String, String)> {
    let secret = |name: &HeaderName| {
        CREDENTIALS.contains(&name.as_str())
            || hook_header.is_some_and(|hook| hook.eq_ignore_ascii_case(name.as_str()))
    };
    // A signature has been checked when somebody reads of it; where no time is signed with it, it is good for ever.
    let signature = |name: &HeaderName| {
        manifests().iter().any(|manifest| manifest.signature.header.as_str() == name.as_str())
    };
    let idle = |name: &HeaderName| IDLE.contains(&name.as_str()) || signature(name);
    let kept = headers.iter().filter(|(name, _)| !secret(name) && !idle(name)).take(MOST);
    kept.map(|(name, value)| {
        // Redacted before it is cut: half of a secret would not be recognised.
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = redactor.redact(&text);
        let end = text.floor_char_boundary(LONGEST_VALUE);
        (name.as_str().to_owned(), text[..end].to_owned())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use bellhop_vault::Secret;
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_proves_the_sender_is_not_kept() {
        let redactor = Redactor::default();
        redactor.learn(&Secret::from("open-sesame".to_owned()));
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer one"));
        headers.insert("cookie", HeaderValue::from_static("session=two"));
        headers.insert("x-shared-secret", HeaderValue::from_static("three"));
        headers.insert("x-note", HeaderValue::from_static("say open-sesame"));
        let logged = logged(&headers, Some("X-Shared-Secret"), &redactor);
        assert_eq!(logged, [("x-note".to_owned(), "say [redacted]".to_owned())]);
    }

    #[test]
    fn what_is_known_otherwise_is_not_kept() {
        let mut headers = HeaderMap::new();
        for name in ["host", "content-length", "content-type", "close-sig-hash", "close-sig-timestamp"] {
            headers.insert(name, HeaderValue::from_static("1"));
        }
        let logged = logged(&headers, None, &Redactor::default());
        let names: Vec<&str> = logged.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["content-type", "close-sig-timestamp"]);
    }

    #[test]
    fn many_and_long_headers_are_cut() {
        let mut headers = HeaderMap::new();
        for number in 0..200 {
            let name = HeaderName::try_from(format!("x-{number}")).expect("it is a valid name");
            headers.insert(name, HeaderValue::from_bytes(&[0xE4; 5000]).expect("it is a valid value"));
        }
        let logged = logged(&headers, None, &Redactor::default());
        assert_eq!(logged.len(), 50);
        assert!(logged.iter().all(|(_, value)| value.len() <= 1024));
    }
}
