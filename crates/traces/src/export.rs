//! Sending spans: OTLP over HTTP, in the background, whatever the collector does.

use std::time::Duration;

use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::Fates;
use crate::message;
use crate::span::Span;

/// How many spans one request has at most.
const BATCH: usize = 512;

/// How long a span waits for others.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a collector may take with an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often one batch is sent, where the collector says that it may take it later, or nothing at all.
const TRIES: u32 = 4;

/// How long a request that is under way as the server stops may still take, and then all that is left.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Where a collector takes spans, below its base address.
const PATH: &str = "v1/traces";

/// What is said to be the address of a collector is none. It is not repeated, as there may be a password in it.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// It is no URL of HTTP.
    #[error("it has to be an http or https URL, such as `http://collector:4318`")]
    NotHttp,
    /// There is no client.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// Which collector, and who sends.
#[derive(Debug)]
pub struct Target {
    client: Client,
    url: Url,
    resource: Resource,
}

impl Target {
    /// The collector at that base address, for a server instance of that name.
    pub fn new(endpoint: &str, instance: &str) -> Result<Self, EndpointError> {
        let url = url(endpoint).ok_or(EndpointError::NotHttp)?;
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, url, resource: message::resource(instance) })
    }
}

fn url(endpoint: &str) -> Option<Url> {
    let mut url = Url::parse(endpoint.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    let path = url.path().trim_end_matches('/');
    if !path.ends_with(PATH) {
        let path = format!("{path}/{PATH}");
        url.set_path(&path);
    }
    Some(url)
}

/// Why spans were not taken.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    #[error("the collector does not answer: {0}")]
    NoAnswer(String),
    #[error("the collector answers {0}")]
    Status(StatusCode),
}

impl NotTaken {
    /// Which failures may be gone later: <https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes>.
    fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Status(status) => matches!(status.as_u16(), 429 | 502 | 503 | 504),
        }
    }
}

/// Sends what is put into the queue.
#[derive(Debug)]
pub struct Exporter {
    target: Target,
    spans: mpsc::Receiver<Span>,
    fates: Fates,
    /// What is to be sent next.
    batch: Vec<Span>,
    /// Whether the log has been told that the collector takes nothing.
    is_down: bool,
}

impl Exporter {
    pub(crate) const fn new(target: Target, spans: mpsc::Receiver<Span>, fates: Fates) -> Self {
        Self { target, spans, fates, batch: Vec::new(), is_down: false }
    }

    /// Sends until `stop` is cancelled, then what is left, which takes two seconds at most.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            tokio::select! {
                more = self.gather() => if !more { break },
                () = stop.cancelled() => break,
            }
            self.send(&stop).await;
        }
        self.spans.close();
        if timeout(LAST_WORDS, self.send_rest(&stop)).await.is_err() {
            tracing::debug!("the last spans were not sent, as the collector is slow");
        }
    }

    /// Waits for spans, and a moment for more of them. False where none can come. Dropped before it ends, it loses none.
    async fn gather(&mut self) -> bool {
        if self.batch.is_empty() && self.spans.recv_many(&mut self.batch, BATCH).await == 0 {
            return false;
        }
        let enough = Instant::now() + PAUSE;
        while self.batch.len() < BATCH {
            let room = BATCH - self.batch.len();
            match timeout_at(enough, self.spans.recv_many(&mut self.batch, room)).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        true
    }

    async fn send_rest(&mut self, stop: &CancellationToken) {
        loop {
            let room = BATCH.saturating_sub(self.batch.len()).max(1);
            self.spans.recv_many(&mut self.batch, room).await;
            if self.batch.is_empty() || self.is_down {
                return;
            }
            self.send(stop).await;
        }
    }

    /// Sends what was gathered. What is being sent as the server stops is not tried again.
    async fn send(&mut self, stop: &CancellationToken) {
        let count = self.batch.len();
        let spans = std::mem::take(&mut self.batch);
        let body = message::request(&self.target.resource, spans).encode_to_vec();
        let fate = match self.until_taken(body, stop).await {
            Ok(()) => {
                if std::mem::take(&mut self.is_down) {
                    tracing::info!("the collector takes traces again");
                }
                "sent"
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_down, true) {
                    tracing::warn!(%error, "traces are lost until the collector takes them again");
                }
                "failed"
            }
        };
        self.fates.count(fate, count);
    }

    async fn until_taken(&self, body: Vec<u8>, stop: &CancellationToken) -> Result<(), NotTaken> {
        let mut pause = PAUSE;
        // While it is known to be down, each batch is tried once: the queue must not fill for its sake.
        let tries = if self.is_down { 1 } else { TRIES };
        for _ in 1..tries {
            match self.once(body.clone(), stop).await {
                Err(error) if error.may_pass() && !stop.is_cancelled() => {}
                done => return done,
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = stop.cancelled() => {}
            }
            pause *= 2;
        }
        self.once(body, stop).await
    }

    async fn once(&self, body: Vec<u8>, stop: &CancellationToken) -> Result<(), NotTaken> {
        let request = self.target.client.post(self.target.url.clone());
        let sending = request.header(CONTENT_TYPE, "application/x-protobuf").body(body).send();
        let cut_short = async {
            stop.cancelled().await;
            sleep(LAST_WORDS).await;
        };
        let answer = tokio::select! {
            // Without the address, which may have a password in it.
            answer = sending => answer.map_err(|error| NotTaken::NoAnswer(cause(&error.without_url())))?,
            () = cut_short => return Err(NotTaken::NoAnswer("the server stops".to_owned())),
        };
        if answer.status().is_success() { Ok(()) } else { Err(NotTaken::Status(answer.status())) }
    }
}

/// The innermost reason: that of the client says only that there was one.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_base_address_or_the_whole_one() {
        for (given, meant) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("http://collector:4318/", "http://collector:4318/v1/traces"),
            ("https://traces.example.com/otlp", "https://traces.example.com/otlp/v1/traces"),
            ("http://collector:4318/v1/traces", "http://collector:4318/v1/traces"),
        ] {
            assert_eq!(url(given).unwrap().as_str(), meant);
        }
        for wrong in ["", "collector:4318", "grpc://collector:4317", "/v1/traces"] {
            assert_eq!(url(wrong), None, "{wrong}");
        }
    }
}
