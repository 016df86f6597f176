//! `close`: a request to Close's API. The address and the key are the server's; `method`, `path`, `query` and `json`
//! the workflow's. Gives the answer's body. <https://developer.close.com/>

mod message;
mod path;

use std::time::Instant;

use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde_json::{Map, Value};
use url::Url;

use crate::exchange::{Outgoing, Redirects};
use crate::input::{Input, pairs};
use crate::{StepFailure, StepRunner, credential};

/// The credential where none is named.
pub(crate) const DEFAULT_CREDENTIAL: &str = "close";

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Sends the request and reads its answer.
pub(crate) async fn run(
    runner: &StepRunner,
    input: &Value,
    idempotency_key: &str,
    now: Timestamp,
) -> Result<Value, StepFailure> {
    let (mut outgoing, name) = read(&runner.close_api_base, input)?;
    outgoing.authenticate(credential::for_close(&name, &runner.credential(&name).await?)?);
    outgoing.mark(idempotency_key)?;

    let sent = Instant::now();
    let answer = outgoing.send(&runner.configured).await?;
    runner.limits.learn(StepKind::Close, input, &answer, now.plus(sent.elapsed()));

    if !answer.status.is_success() {
        let words = message::words(&answer.body());
        return Err(answer.failure(words, &runner.redactor, now));
    }
    Ok(answer.complete()?.body())
}

fn read(base: &Url, input: &Value) -> Result<(Outgoing, CredentialName), StepFailure> {
    let mut input = Input::of(StepKind::Close, input)?;
    let method = input.optional::<String>("method")?.map_or(Ok(Method::GET), |text| method(&text))?;
    let mut url = path::join(base, &input.required::<String>("path")?)?;
    if let Some(query) = input.optional::<Map<String, Value>>("query")? {
        let pairs = pairs("query", &query)?;
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
    }
    let json = input.raw("json").map(|value| Bytes::from(value.to_string()));
    let credential = input.optional("credential")?.unwrap_or_else(|| CredentialName::new(DEFAULT_CREDENTIAL));
    input.finish()?;

    // Close answers at one origin. A redirect elsewhere is shown, not followed.
    let mut outgoing = Outgoing::new(method, url, Redirects::SameOrigin);
    outgoing.headers.insert(ACCEPT, JSON);
    if json.is_some() {
        outgoing.headers.insert(CONTENT_TYPE, JSON);
    }
    outgoing.body = json;
    Ok((outgoing, credential))
}

/// The methods that Close's API has.
fn method(text: &str) -> Result<Method, StepFailure> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    known.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
        StepFailure::invalid_input(format!("`method`: `{text}` is none of GET, POST, PUT, PATCH and DELETE"))
    })
}
