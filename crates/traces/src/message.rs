//! Spans as OTLP has them: <https://opentelemetry.io/docs/specs/otlp/>.

use bellhop_workflow::time::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, ScopeSpans, status};

use crate::span::{Span, SpanKind, Value};

/// The W3C flag of a trace that is recorded. That we know whether its parent is elsewhere is not said.
const SAMPLED: u32 = 1;

/// What all spans of a node have in common.
pub(crate) fn resource(instance: &str) -> Resource {
    let attributes = vec![
        attribute("service.name", "bellhop".into()),
        attribute("service.version", env!("CARGO_PKG_VERSION").into()),
        attribute("service.instance.id", instance.into()),
    ];
    Resource { attributes, ..Resource::default() }
}

/// One request to a collector.
pub(crate) fn request(resource: &Resource, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope = InstrumentationScope { name: "bellhop".to_owned(), ..InstrumentationScope::default() };
    let spans = spans.into_iter().map(span).collect();
    let scope_spans = ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() };
    let all = ResourceSpans {
        resource: Some(resource.clone()),
        scope_spans: vec![scope_spans],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest { resource_spans: vec![all] }
}

fn span(span: Span) -> otlp::Span {
    let kind = match span.kind {
        SpanKind::Server => otlp::span::SpanKind::Server,
        SpanKind::Client => otlp::span::SpanKind::Client,
        SpanKind::Internal => otlp::span::SpanKind::Internal,
    };
    let mut attributes: Vec<KeyValue> =
        span.attributes.into_iter().map(|(key, value)| attribute(key, value)).collect();
    let status = span.error.map(|error| {
        attributes.push(attribute("error.type", error.clone().into()));
        otlp::Status { message: error, code: status::StatusCode::Error.into() }
    });
    otlp::Span {
        trace_id: span.context.trace.as_bytes().to_vec(),
        span_id: span.context.span.as_bytes().to_vec(),
        parent_span_id: span.parent.map(|parent| parent.as_bytes().to_vec()).unwrap_or_default(),
        flags: SAMPLED,
        name: span.name,
        kind: kind.into(),
        start_time_unix_nano: nanos(span.started_at),
        // A clock may have been set back meanwhile.
        end_time_unix_nano: nanos(span.ended_at.max(span.started_at)),
        attributes,
        status,
        ..otlp::Span::default()
    }
}

fn nanos(time: Timestamp) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or_default().saturating_mul(1_000)
}

fn attribute(key: &str, value: Value) -> KeyValue {
    let value = match value {
        Value::Text(text) => any_value::Value::StringValue(text),
        Value::Number(number) => any_value::Value::IntValue(number),
    };
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
