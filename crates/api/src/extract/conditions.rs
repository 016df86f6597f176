//! What a request expects of the present state (RFC 9110, 13.1): `If-Match` and `If-None-Match`.

use axum::extract::FromRequestParts;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// The two conditions of a request, each where it is given.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// It has to be one of these.
    pub(crate) if_match: Option<Tags>,
    /// It must be none of these.
    pub(crate) if_none_match: Option<Tags>,
}

/// Which entity tags a condition names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tags {
    /// `*`: whatever there is.
    Any,
    /// These, without their quotes.
    Listed(Vec<Tag>),
}

/// An entity tag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Whether it says no more than that two are much the same.
    pub(crate) weak: bool,
    /// What is between its quotes.
    pub(crate) opaque: String,
}

impl FromRequestParts<ApiState> for Conditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        Ok(Self { if_match: tags(parts, &IF_MATCH)?, if_none_match: tags(parts, &IF_NONE_MATCH)? })
    }
}

impl Conditions {
    /// Whether there must be none of that name yet: `If-None-Match: *`. Of a change, the header can say nothing else.
    pub(crate) fn only_create(&self) -> Result<bool, Problem> {
        match self.if_none_match {
            None => Ok(false),
            Some(Tags::Any) => Ok(true),
            Some(Tags::Listed(_)) => {
                let detail = "`if-none-match` can only be `*` here: nothing of that name may be there yet.";
                Err(Problem::because(kind::INVALID_HEADER, detail))
            }
        }
    }
}

fn tags(parts: &Parts, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let mut listed = Vec::new();
    for value in parts.headers.get_all(name) {
        let value = value.to_str().ok().map(str::trim);
        if value == Some("*") {
            return Ok(Some(Tags::Any));
        }
        let tags = value.and_then(read).ok_or_else(|| {
            let detail = format!("`{name}` has to be `*`, or entity tags as an `ETag` header gives them.");
            Problem::because(kind::INVALID_HEADER, detail)
        })?;
        listed.extend(tags);
    }
    Ok(parts.headers.contains_key(name).then_some(Tags::Listed(listed)))
}

/// Reads `"one", W/"another"`.
fn read(mut text: &str) -> Option<Vec<Tag>> {
    let mut tags = Vec::new();
    loop {
        let weak = text.starts_with("W/");
        text = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?;
        let (opaque, rest) = text.split_once('"')?;
        tags.push(Tag { weak, opaque: opaque.to_owned() });
        text = rest.trim_start();
        if text.is_empty() {
            return Some(tags);
        }
        text = text.strip_prefix(',')?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(weak: bool, opaque: &str) -> Tag {
        Tag { weak, opaque: opaque.to_owned() }
    }

    #[test]
    fn tags_are_read_with_their_commas() {
        assert_eq!(read(r#""a""#), Some(vec![tag(false, "a")]));
        assert_eq!(read(r#""a,b" ,W/"c""#), Some(vec![tag(false, "a,b"), tag(true, "c")]));
        for text in ["", "a", r#""a"#, r#""a" "b""#, r#""a","#, "*, \"a\""] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
