//! What a call that resumes brings along.

use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::extract::{is_json, media_type, parse_json, read_body};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// The payload: JSON, the fields of a form, or null where the body is empty.
pub(crate) struct Payload(pub(crate) Value);

impl FromRequest<ApiState> for Payload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts.headers, body, state.max_body, state.body_timeout).await?;
        if bytes.is_empty() {
            return Ok(Self(Value::Null));
        }
        let media = media_type(&parts.headers);
        match media.as_deref() {
            Some("application/x-www-form-urlencoded") => Ok(Self(Value::Object(form(&bytes)))),
            None => parse_json(&bytes).map(Self),
            Some(_) if is_json(&parts.headers) => parse_json(&bytes).map(Self),
            Some(_) => Err(Problem::because(
                kind::UNSUPPORTED_MEDIA_TYPE,
                "The body has to be JSON or a form, or empty.",
            )),
        }
    }
}

/// A form's fields as texts. `approved` is what the page's buttons send, and a truth value; a comment that was left
/// empty is none.
fn form(body: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, text) in form_urlencoded::parse(body) {
        let value = match (name.as_ref(), text.as_ref()) {
            ("approved", "true") => Value::Bool(true),
            ("approved", "false") => Value::Bool(false),
            ("comment", text) if text.trim().is_empty() => continue,
            (_, text) => Value::String(text.to_owned()),
        };
        fields.insert(name.into_owned(), value);
    }
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::form;

    #[test]
    fn the_buttons_of_the_page_say_true_or_false() {
        assert_eq!(
            Into::<serde_json::Value>::into(form(b"comment=+&approved=true")),
            json!({ "approved": true })
        );
        assert_eq!(
            Into::<serde_json::Value>::into(form(b"comment=too+dear&approved=false&other=true")),
            json!({ "comment": "too dear", "approved": false, "other": "true" })
        );
    }
}
