//! `respond`: answers the request of a webhook that waits. The first answer holds.

use bellhop_steps::StepFailure;
use bellhop_storage::HttpAnswer;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use serde_json::{Map, Value};

use super::store::StoreWorld;
use super::{Attempt, Progress, failure};
use crate::journal::{Commit, LetGo};

/// Headers that say how the body is carried, which the server alone knows.
const OF_THE_CONNECTION: [&str; 7] =
    ["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

impl StoreWorld<'_> {
    pub(super) async fn respond(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        let answer = match answer(attempt.input) {
            Ok(answer) => answer,
            Err(mistake) => return Ok(Progress::Ended(Err(mistake))),
        };
        let (parts, claimed) = (self.parts, self.claimed);
        let last = StepRecord {
            status: StepStatus::Succeeded,
            output: Some(Value::Null),
            error: None,
            wakes_at: None,
            finished_at: Some(attempt.now),
            ..attempt.record.clone()
        };
        let veiled = attempt.journal.mask().veil(last.clone());
        attempt
            .journal
            .commit_with(|mut records, _| {
                records.push(veiled.clone());
                let (answer, last) = (answer.clone(), Box::new(last.clone()));
                async move {
                    parts.store.respond(parts.node, claimed.id, answer, &records).await?;
                    Ok(Commit::Done((), last))
                }
            })
            .await?;
        Ok(Progress::Written)
    }
}

/// What the step's input says.
fn answer(input: &Value) -> Result<HttpAnswer, StepFailure> {
    let empty = Map::new();
    let fields = input.as_object().unwrap_or(&empty);
    let status = match fields.get("status") {
        None | Some(Value::Null) => 200,
        Some(status) => status
            .as_u64()
            .filter(|status| (200..=599).contains(status))
            .and_then(|status| u16::try_from(status).ok())
            .ok_or_else(|| mistake("`status` is a number from 200 to 599".to_owned()))?,
    };
    let mut headers = match fields.get("headers") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(headers)) => headers.iter().map(header).collect::<Result<_, _>>()?,
        Some(_) => return Err(mistake("`headers` is a map".to_owned())),
    };
    let (body, content_type) = match fields.get("body") {
        None | Some(Value::Null) => (Vec::new(), None),
        Some(Value::String(text)) => (text.clone().into_bytes(), Some("text/plain; charset=utf-8")),
        Some(other) => (other.to_string().into_bytes(), Some("application/json")),
    };
    let is_typed = headers.iter().any(|(name, _)| name == "content-type");
    if let Some(content_type) = content_type.filter(|_| !is_typed) {
        headers.push(("content-type".to_owned(), content_type.to_owned()));
    }
    Ok(HttpAnswer { status, headers, body })
}

/// A header, its name in small letters. Nothing in it can end its line and begin another.
fn header((name, value): (&String, &Value)) -> Result<(String, String), StepFailure> {
    let shown: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(mistake(format!("`{shown}` cannot be the name of a header")));
    }
    let name = name.to_ascii_lowercase();
    if OF_THE_CONNECTION.contains(&name.as_str()) {
        return Err(mistake(format!("the header `{shown}` is the server's own to set")));
    }
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            return Err(mistake(format!("the header `{shown}` is a text, a number or a boolean")));
        }
    };
    if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(mistake(format!("the header `{shown}` holds a line break or another control character")));
    }
    Ok((name, value))
}

fn mistake(message: String) -> StepFailure {
    failure("invalid_input", message, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_sent_as_text_and_anything_else_as_json() {
        let text = answer(&json!({ "body": "hello" })).unwrap();
        assert_eq!((text.status, text.body.as_slice()), (200, b"hello".as_slice()));
        assert_eq!(text.headers, [("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())]);

        let list = answer(&json!({ "status": 202, "body": [1, 2] })).unwrap();
        assert_eq!((list.status, list.body.as_slice()), (202, b"[1,2]".as_slice()));
        assert_eq!(list.headers, [("content-type".to_owned(), "application/json".to_owned())]);

        let nothing = answer(&json!({ "status": 204 })).unwrap();
        assert_eq!((nothing.headers.len(), nothing.body.len()), (0, 0));
    }

    #[test]
    fn a_content_type_of_ones_own_stays() {
        let answer = answer(&json!({ "headers": { "Content-Type": "text/csv" }, "body": "a,b" })).unwrap();
        assert_eq!(answer.headers, [("content-type".to_owned(), "text/csv".to_owned())]);
    }

    #[test]
    fn nothing_that_could_break_out_of_a_header_gets_into_one() {
        for headers in [
            json!({ "x-name": "a\r\nset-cookie: b=c" }),
            json!({ "x-name": "a\u{0}" }),
            json!({ "x name": "a" }),
            json!({ "x-name\r\nset-cookie": "a" }),
            json!({ "": "a" }),
            json!({ "Transfer-Encoding": "chunked" }),
            json!({ "Content-Length": 5 }),
            json!({ "x-name": ["a"] }),
        ] {
            let mistake = answer(&json!({ "headers": headers })).unwrap_err();
            assert_eq!(mistake.error.kind, "invalid_input", "{headers}");
        }
        for status in [json!(199), json!(600), json!("200"), json!(200.5)] {
            assert!(answer(&json!({ "status": status })).is_err(), "{status}");
        }
    }
}
