//! From what is under `with` to a request.

use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::StepKind;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::expect::Expected;
use super::{body, headers};
use crate::StepFailure;
use crate::exchange::{Outgoing, Redirects};
use crate::input::{Input, pairs};

/// What an `http` step was given, checked.
pub(super) struct HttpInput {
    /// The request, but for what proves the sender.
    pub(super) outgoing: Outgoing,
    /// The credential that it is to be sent with.
    pub(super) credential: Option<CredentialName>,
    /// Which statuses are success.
    pub(super) expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Auth {
    credential: CredentialName,
}

impl HttpInput {
    /// Reads the input of an `http` step.
    pub(super) fn read(input: &Value) -> Result<Self, StepFailure> {
        let mut input = Input::of(StepKind::Http, input)?;
        let method = input.optional::<String>("method")?.map_or(Ok(Method::GET), |text| method(&text))?;
        let mut url = url(&input.required::<String>("url")?)?;
        if let Some(query) = input.optional::<Map<String, Value>>("query")? {
            append(&mut url, pairs("query", &query)?);
        }
        let headers = headers::read(&input.optional("headers")?.unwrap_or_default())?;
        let body = body::read(&mut input)?;
        let auth: Option<Auth> = input.optional("auth")?;
        let redirects = if input.optional("follow_redirects")?.unwrap_or(true) {
            Redirects::Always
        } else {
            Redirects::Never
        };
        let expected = input.optional("expect_status")?.unwrap_or_default();
        input.finish()?;

        if auth.is_some() && headers.contains_key(AUTHORIZATION) {
            return Err(StepFailure::invalid_input(
                "`auth` and `headers.Authorization` say the same thing twice: leave one out",
            ));
        }
        let mut outgoing = Outgoing::new(method, url, redirects);
        outgoing.headers = headers;
        if let Some(body) = body {
            outgoing.headers.entry(CONTENT_TYPE).or_insert(body.content_type);
            outgoing.body = Some(body.bytes);
        }
        Ok(Self { outgoing, credential: auth.map(|auth| auth.credential), expected })
    }
}

fn method(text: &str) -> Result<Method, StepFailure> {
    Method::from_bytes(text.to_ascii_uppercase().as_bytes())
        .ok()
        // It would make a tunnel, not a request.
        .filter(|method| method != Method::CONNECT)
        .ok_or_else(|| StepFailure::invalid_input(format!("`method`: `{text}` is no method of HTTP")))
}

fn url(text: &str) -> Result<Url, StepFailure> {
    let url = Url::parse(text).map_err(|error| StepFailure::invalid_input(format!("`url`: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(StepFailure::invalid_input("`url` must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(StepFailure::invalid_input(
            "`url` holds a user's name or password: store them as a credential and name it under `auth`",
        ));
    }
    Ok(url)
}

fn append(url: &mut Url, pairs: Vec<(String, String)>) {
    // Even an empty list would leave a `?` behind.
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
}
