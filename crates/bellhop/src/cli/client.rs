//! The server, as a command sees it: paths and JSON in, JSON or an error that can be shown out.

use std::error::Error;
use std::io;
use std::path::Path;
use std::time::Duration;

use bellhop_vault::Secret;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::CliError;
use super::problem::Problem;
use super::token::{Token, is_local};

/// A call to a vendor may be tried a few times before the server gives up; this is longer than that takes.
const PATIENCE: Duration = Duration::from_mins(2);
/// A stream has no end of its own.
const ENDLESS: Duration = Duration::from_hours(24 * 365);
/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// The most items that a server gives at once.
const PAGE: usize = 200;

/// A connection to one server.
pub(crate) struct Client {
    http: reqwest::Client,
    server: Url,
    token: Token,
}

/// What is sent along.
pub(crate) enum Body {
    /// Nothing.
    Empty,
    /// A JSON value.
    Json(Value),
    /// JSON that holds a secret, ready to be sent.
    Secret(Zeroizing<Vec<u8>>),
    /// A workflow.
    Yaml(String),
}

/// A successful answer.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// What it says; `null` where it has no body.
    pub(crate) body: Value,
    /// What tells this state of it from others, where the server says.
    pub(crate) tag: Option<HeaderValue>,
}

/// One stretch of a list.
pub(crate) struct Page {
    /// The items, as the server sent them.
    pub(crate) items: Vec<Value>,
    /// Where the list goes on, if it does.
    pub(crate) next_cursor: Option<String>,
}

impl Client {
    /// A client for the server at the URL `server`. Without a token, a local server's is looked for in `data_dir`.
    pub(crate) fn new(server: &str, token: Option<&Secret>, data_dir: &Path) -> Result<Self, CliError> {
        let server = read_url(server)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none());
        if is_local(&server) {
            builder = builder.no_proxy();
        }
        if server.scheme() == "http" {
            // No certificate is ever looked at, so a machine that has none must not be a reason to fail.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| CliError::failed(chain(&error)))?;
        let token = Token::find(token, &server, data_dir);
        Ok(Self { http, server, token })
    }

    /// Reads what is at a path below `/api/v1`.
    pub(crate) async fn get(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, CliError> {
        self.send(Method::GET, path, query, Body::Empty, None).await.map(|answer| answer.body)
    }

    /// Asks whether the server can serve. Needs no token.
    pub(crate) async fn ready(&self) -> Result<Value, CliError> {
        let mut url = self.server.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("readyz");
        }
        let response = self.http.get(url).send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        self.read(status, &bytes).map(|answer| answer.body)
    }

    /// Posts to a path below `/api/v1`.
    pub(crate) async fn post(&self, path: &[&str], body: Body) -> Result<Value, CliError> {
        self.send(Method::POST, path, &[], body, None).await.map(|answer| answer.body)
    }

    /// Sends a request to a path below `/api/v1`. The answer may take `patience`, where the usual is not enough.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Body,
        patience: Option<Duration>,
    ) -> Result<Answer, CliError> {
        self.send_if(method, path, query, body, patience, None).await
    }

    /// The same where a condition holds of the present state, as a header that names it.
    pub(crate) async fn send_if(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: Body,
        patience: Option<Duration>,
        condition: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Answer, CliError> {
        let mut request = self.http.request(method, self.url(path, query));
        if let Some(header) = self.token.header()? {
            request = request.header(AUTHORIZATION, header);
        }
        if let Some((name, value)) = condition {
            request = request.header(name, value);
        }
        if let Some(patience) = patience {
            request = request.timeout(patience);
        }
        request = match body {
            Body::Empty => request,
            Body::Json(value) => request.json(&value),
            Body::Secret(json) => request.header(CONTENT_TYPE, "application/json").body(json.to_vec()),
            Body::Yaml(yaml) => request.header(CONTENT_TYPE, "application/yaml").body(yaml),
        };
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let tag = response.headers().get(ETAG).cloned();
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        let read = self.read(status, &bytes).map_err(|error| match where_to_look(path) {
            Some(help) if status == StatusCode::NOT_FOUND => error.with_help(help),
            _ => error,
        });
        Ok(Answer { tag, ..read? })
    }

    /// Opens an event stream at a path below `/api/v1`, going on after that event. None where it says that there is no
    /// more to come.
    pub(crate) async fn open(
        &self,
        path: &[&str],
        query: &[(&str, String)],
        last: Option<&str>,
    ) -> Result<Option<reqwest::Response>, CliError> {
        let mut request = self.http.get(self.url(path, query)).timeout(ENDLESS);
        if let Some(header) = self.token.header()? {
            request = request.header(AUTHORIZATION, header);
        }
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        match response.status() {
            StatusCode::OK => Ok(Some(response)),
            StatusCode::NO_CONTENT => Ok(None),
            status => {
                let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
                self.read(status, &bytes)?;
                Err(self.not_bellhop(&format!("answered {status}")))
            }
        }
    }

    /// Reads up to `limit` items of a list, over as many pages as that takes.
    pub(crate) async fn list(
        &self,
        path: &[&str],
        query: &[(&str, String)],
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page, CliError> {
        let mut page = Page { items: Vec::new(), next_cursor: cursor.map(str::to_owned) };
        loop {
            let mut query = query.to_vec();
            query.push(("limit", (limit - page.items.len()).min(PAGE).to_string()));
            let before = page.next_cursor.take();
            query.extend(before.clone().map(|cursor| ("cursor", cursor)));
            let mut answer = self.get(path, &query).await?;
            let Some(Value::Array(items)) = answer.get_mut("items").map(Value::take) else {
                return Err(self.not_bellhop("gave no list"));
            };
            page.items.extend(items);
            // A page may be empty and not the last: the server looks at so many rows for each.
            page.next_cursor = answer.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
            if page.next_cursor.is_none() || page.items.len() >= limit || page.next_cursor == before {
                return Ok(page);
            }
        }
    }

    fn url(&self, path: &[&str], query: &[(&str, String)]) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn read(&self, status: StatusCode, bytes: &[u8]) -> Result<Answer, CliError> {
        let body = if bytes.is_empty() { Some(Value::Null) } else { serde_json::from_slice(bytes).ok() };
        if status.is_success() {
            let body = body.ok_or_else(|| self.not_bellhop("gave an answer that is not JSON"))?;
            return Ok(Answer { status, body, tag: None });
        }
        let Some(problem) = body.and_then(|body| Problem::read(status.as_u16(), body)) else {
            return Err(self.not_bellhop(&format!("answered {status}")));
        };
        let error = CliError::Problem(Box::new(problem));
        Err(if status == StatusCode::UNAUTHORIZED { error.with_help(self.token.help()) } else { error })
    }

    /// The error for an answer that Bellhop would not give.
    pub(crate) fn not_bellhop(&self, what: &str) -> CliError {
        CliError::failed(format!("{} {what}", self.server))
            .with_help("is that the address of a Bellhop server, of this version? name it with --server")
    }

    fn unreachable(&self, error: &reqwest::Error) -> CliError {
        let server = &self.server;
        if error.is_timeout() && !error.is_connect() {
            return CliError::failed(format!("the server at {server} took too long to answer"))
                .with_help("what was asked for may have been done all the same: look before trying again");
        }
        let error = CliError::failed(format!("cannot reach the server at {server}: {}", root_cause(error)));
        if is_local(server) {
            error.with_help(
                "is the server running? start it with `bellhop serve`, or name another with --server",
            )
        } else {
            error.with_help("is that the server's address? name it with --server or BELLHOP_SERVER")
        }
    }
}

/// Reads an answer into the shape that this version knows.
pub(crate) fn decode<T: DeserializeOwned>(value: &Value) -> Result<T, CliError> {
    serde_json::from_value(value.clone()).map_err(|error| {
        CliError::failed(format!("the server's answer has a shape that this version does not know: {error}"))
            .with_help("`--output json` prints the answer as it is")
    })
}

/// Where those are listed of which one was not found.
fn where_to_look(path: &[&str]) -> Option<&'static str> {
    match path.first()? {
        &"workflows" | &"state" => Some("`bellhop workflows list` shows those that there are"),
        &"credentials" => Some("`bellhop credentials list` shows those that there are"),
        &"executions" => Some(
            "`bellhop executions list` shows those that there are; old ones are deleted, as `retention` says",
        ),
        &"deliveries" => Some(
            "`bellhop deliveries list` shows those that there are; old ones are deleted, as `retention` says",
        ),
        _ => None,
    }
}

fn read_url(text: &str) -> Result<Url, CliError> {
    let help = "give a URL such as http://127.0.0.1:8080 or https://bellhop.example";
    let url = Url::parse(text).map_err(|error| {
        CliError::usage(format!("`{text}` is not a server's URL: {error}")).with_help(help)
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(CliError::usage(format!("`{text}` is not an http or https URL")).with_help(help));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // Not repeated in the message: there is a password in it.
        return Err(CliError::usage("the server's URL has a user name in it")
            .with_help("a server wants a token: give it with --token or BELLHOP_TOKEN"));
    }
    Ok(url)
}

/// The innermost reason of an error, in the operating system's words where it is the system's.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut inner = error;
    loop {
        if let Some(system) = inner.downcast_ref::<io::Error>()
            && system.kind() == io::ErrorKind::ConnectionRefused
        {
            return "connection refused".to_owned();
        }
        match inner.source() {
            Some(source) => inner = source,
            None => return inner.to_string(),
        }
    }
}

/// An error with its reasons.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
