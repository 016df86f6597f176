//! `close`: a request to Close's API. The address and the key are the server's; `method`, `path`, `query` and `json`
//! the workflow's. Gives the answer's body, or with `paginate` the items of all pages. <https://developer.close.com/>

mod message;
mod pages;
mod path;

use std::time::Instant;

use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use self::pages::Pages;
use crate::exchange::{Outgoing, Redirects};
use crate::input::{Input, pairs};
use crate::{StepFailure, StepRunner, credential};

/// The credential where none is named.
pub(crate) const DEFAULT_CREDENTIAL: &str = "close";

/// How often a page after the first is asked for again that Close says it is too much.
const REFUSALS: u32 = 10;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Sends the request and reads its answer, or the answers where it asks for all pages of a list.
pub(crate) async fn run(
    runner: &StepRunner,
    input: &Value,
    idempotency_key: &str,
    now: Timestamp,
) -> Result<Value, StepFailure> {
    let mut request = Request::read(input)?;
    let proof = credential::for_close(&request.credential, &runner.credential(&request.credential).await?)?;
    let begun = Instant::now();
    let mut refusals = 0;
    loop {
        let mut outgoing = request.outgoing(&runner.close_api_base)?;
        outgoing.authenticate(proof.clone());
        // What gives pages changes nothing, and each page is another request.
        if request.pages.is_none() {
            outgoing.mark(idempotency_key)?;
        }

        let answer = outgoing.send(&runner.configured).await?;
        let at = now.plus(begun.elapsed());
        runner.limits.learn(StepKind::Close, input, &answer, at);
        let held = runner.limits.held_until(StepKind::Close, input, at).map(|until| until.since(at));

        if !answer.status.is_success() {
            // A failure here would have all the pages before it be read again.
            if let Some(wait) = held
                && answer.status == StatusCode::TOO_MANY_REQUESTS
                && request.is_begun()
                && refusals < REFUSALS
            {
                refusals += 1;
                tokio::time::sleep(wait).await;
                continue;
            }
            let words = message::words(&answer.body());
            return Err(answer.failure(words, &runner.redactor, now));
        }
        let answer = answer.complete()?;
        let Some(pages) = &mut request.pages else { return Ok(answer.body()) };
        if !pages.take(answer.body(), answer.size())? {
            return Ok(request.pages.map_or(Value::Null, Pages::output));
        }
        if let Some(wait) = held {
            tokio::time::sleep(wait).await;
        }
    }
}

/// What a step asks for.
struct Request {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    json: Option<Value>,
    credential: CredentialName,
    pages: Option<Pages>,
}

impl Request {
    fn read(input: &Value) -> Result<Self, StepFailure> {
        let mut input = Input::of(StepKind::Close, input)?;
        let method = input.optional::<String>("method")?.map_or(Ok(Method::GET), |text| method(&text))?;
        let path = input.required::<String>("path")?;
        let query = input.optional::<Map<String, Value>>("query")?;
        let json = input.raw("json").cloned();
        let credential =
            input.optional("credential")?.unwrap_or_else(|| CredentialName::new(DEFAULT_CREDENTIAL));
        let paginate = input.optional::<bool>("paginate")?.unwrap_or_default();
        let limit = input.optional::<u64>("limit")?;
        input.finish()?;

        // A POST that gives pages is a search. What changes something is never sent again and again.
        if paginate && !matches!(method, Method::GET | Method::POST) {
            return Err(StepFailure::invalid_input(format!("a {method} has no pages for `paginate`")));
        }
        let pages = paginate.then(|| Pages::new(limit, &path, json.is_some())).transpose()?;
        let query = query.map_or(Ok(Vec::new()), |query| pairs("query", &query))?;
        Ok(Self { method, path, query, json, credential, pages })
    }

    /// Whether there are pages already.
    fn is_begun(&self) -> bool {
        self.pages.as_ref().is_some_and(Pages::is_begun)
    }

    /// The request, or that for the next page.
    fn outgoing(&self, base: &Url) -> Result<Outgoing, StepFailure> {
        let mut url = path::join(base, &self.path)?;
        let paging = self.pages.as_ref().map(Pages::query).unwrap_or_default();
        let own = self.query.iter().filter(|(name, _)| paging.iter().all(|(other, _)| other != name));
        let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> =
            own.chain(paging.iter().map(|(name, value)| (*name, value.as_str()))).collect();
        if !all.is_empty() {
            url.query_pairs_mut().extend_pairs(all);
        }
        // Close answers at one origin. A redirect elsewhere is shown, not followed.
        let mut outgoing = Outgoing::new(self.method.clone(), url, Redirects::SameOrigin);
        outgoing.headers.insert(ACCEPT, JSON);
        if let Some(json) = &self.json {
            let body = self.pages.as_ref().map_or_else(|| json.clone(), |pages| pages.body(json));
            outgoing.headers.insert(CONTENT_TYPE, JSON);
            outgoing.body = Some(Bytes::from(body.to_string()));
        }
        Ok(outgoing)
    }
}

/// The methods that Close's API has.
fn method(text: &str) -> Result<Method, StepFailure> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    known.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
        StepFailure::invalid_input(format!("`method`: `{text}` is none of GET, POST, PUT, PATCH and DELETE"))
    })
}
