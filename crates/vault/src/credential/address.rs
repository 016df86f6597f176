//! URLs that a secret is a part of: `postgres://user:password@host/database`.

use crate::Secret;

/// What of such a URL must never be shown: the whole of it, and its password, as it is written and as it is meant.
/// Without a password there is nothing secret: a path or a host alone may be named in an error.
pub(super) fn secrets(url: &Secret) -> Vec<Secret> {
    let url_text = url.expose();
    let Some(password) = password(url_text).or_else(|| password_parameter(url_text)) else {
        return Vec::new();
    };
    let mut secrets = vec![url.clone(), password.to_owned().into()];
    let meant = decoded(password);
    if meant.expose() != password {
        secrets.push(meant);
    }
    secrets
}

/// Whether there is `scheme://` and something after it.
pub(super) fn has_scheme(url: &str, schemes: &[&str]) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    schemes.contains(&scheme) && !rest.trim_start_matches('/').is_empty()
}

/// What stands between the first colon and the last `@` of the authority.
fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (_, password) = authority.rsplit_once('@')?.0.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

/// `?password=…`, as some databases take it.
fn password_parameter(url: &str) -> Option<&str> {
    let (_, query) = url.split_once('?')?;
    let password = query.split('&').find_map(|pair| pair.strip_prefix("password="))?;
    (!password.is_empty()).then_some(password)
}

/// The text without its percent-encoding.
fn decoded(text: &str) -> Secret {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| after.get(..2)).flatten();
        let value = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        if let Some(value) = value {
            bytes.push(value);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}
