//! A collector of traces that remembers what it was sent.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bellhop_testkit::server::PATIENCE;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span as Sent;
use prost::Message as _;
use tokio::net::TcpListener;

type Spans = Arc<Mutex<Vec<Span>>>;

pub(crate) struct Collector {
    address: SocketAddr,
    spans: Spans,
}

/// A span as it was sent, ids in hexadecimal.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty where it has none.
    pub(crate) parent: String,
    pub(crate) name: String,
    /// By the numbers of OTLP: 1 internal, 2 server, 3 client.
    pub(crate) kind: i32,
    pub(crate) attributes: HashMap<String, String>,
    pub(crate) is_error: bool,
    pub(crate) took: u64,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let spans = Spans::default();
        let app = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&spans));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, spans }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }

    /// Waits until there are spans of all of these names, and gives the first of each.
    pub(crate) async fn named<const N: usize>(&self, names: [&str; N]) -> [Span; N] {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                look.tick().await;
                let spans = self.spans();
                let found = names.map(|name| spans.iter().find(|span| span.name == name).cloned());
                if found.iter().all(Option::is_some) {
                    return found.map(Option::unwrap);
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("no span of each of {names:?} in {:#?}", self.spans()))
    }
}

async fn take(State(spans): State<Spans>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    for resource in request.resource_spans {
        let attributes = attributes(resource.resource.unwrap().attributes);
        assert_eq!(attributes["service.name"], "bellhop");
        let sent = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.lock().unwrap().extend(sent.map(Span::of));
    }
    StatusCode::OK
}

impl Span {
    fn of(sent: Sent) -> Self {
        Self {
            trace: hex::encode(sent.trace_id),
            id: hex::encode(sent.span_id),
            parent: hex::encode(sent.parent_span_id),
            name: sent.name,
            kind: sent.kind,
            attributes: attributes(sent.attributes),
            is_error: sent.status.is_some_and(|status| status.code == 2),
            took: sent.end_time_unix_nano.checked_sub(sent.start_time_unix_nano).unwrap(),
        }
    }
}

fn attributes(sent: Vec<opentelemetry_proto::tonic::common::v1::KeyValue>) -> HashMap<String, String> {
    let text = |value| match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => panic!("an attribute of another type: {other:?}"),
    };
    sent.into_iter().map(|one| (one.key, text(one.value.unwrap().value.unwrap()))).collect()
}
