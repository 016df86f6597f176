//! Parameters describe themselves: what an extractor reads is what is written down.

use bellhop_storage::{Outcome, Subject};
use bellhop_workflow::execution::ExecutionStatus;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required, Schema};

use crate::executions::stream::LastEventId;
use crate::extract::{FromParameters, PathKey, PathOf, Query};

impl<T: PathKey> IntoParams for PathOf<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let described = T::described();
        let parameter = parameter(T::PARAMETER, ParameterIn::Path, described.schema, described.example);
        vec![parameter.description(Some(described.words)).required(Required::True).build()]
    }
}

impl<T: FromParameters> IntoParams for Query<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        T::NAMES.iter().map(|name| in_query(name)).collect()
    }
}

impl IntoParams for LastEventId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "The `id` of the last event that was seen: the stream goes on after it.";
        let described =
            parameter("Last-Event-ID", ParameterIn::Header, text().build(), json!("12.3.running"));
        vec![described.description(Some(words)).build()]
    }
}

/// `If-Match` of a change.
pub(crate) enum IfMatch {}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![condition(
            "If-Match",
            "Does it only where the workflow has the version of this `ETag` still.",
            ETAG,
        )]
    }
}

/// `If-None-Match` of what makes something new.
pub(crate) enum IfNew {}

impl IntoParams for IfNew {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![condition("If-None-Match", "`*`: makes a new workflow, and never changes one.", "*")]
    }
}

/// `If-None-Match` of a question.
pub(crate) enum IfNoneMatch {}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![condition(
            "If-None-Match",
            "The `ETag` of an answer that is at hand: 304 where it is as good as new.",
            ETAG,
        )]
    }
}

const ETAG: &str = "\"3-01a20010cf0b701aa99e9c742a238d3d-5f0c6a1be0f24d0a\"";

fn condition(name: &str, words: &str, example: &str) -> Parameter {
    let described = parameter(name, ParameterIn::Header, text().build(), json!(example));
    described.description(Some(words)).required(Required::False).build()
}

/// What is said of a parameter in a path.
pub(crate) struct Described {
    pub(crate) words: &'static str,
    pub(crate) schema: Object,
    pub(crate) example: Value,
}

impl Described {
    /// A name, as most things have one.
    pub(crate) fn name(words: &'static str, example: &str) -> Self {
        let pattern = "^[A-Za-z][A-Za-z0-9_-]{0,62}$";
        Self { words, schema: text().pattern(Some(pattern)).build(), example: json!(example) }
    }

    /// A `UUIDv7`.
    pub(crate) fn id(words: &'static str) -> Self {
        Self { words, schema: id().build(), example: json!("01a20010-cf0b-701a-a99e-9c742a238d3d") }
    }

    /// A number from 1 on.
    pub(crate) fn number(words: &'static str) -> Self {
        Self { words, schema: number().minimum(Some(1)).build(), example: json!(1) }
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn id() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
}

fn time() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer)
}

fn parameter(name: &str, place: ParameterIn, schema: Object, example: Value) -> ParameterBuilder {
    let schema = RefOr::T(Schema::Object(schema));
    ParameterBuilder::new().name(name).parameter_in(place).schema(Some(schema)).example(Some(example))
}

fn in_query(name: &str) -> Parameter {
    let (words, schema, example) = match name {
        "limit" => (
            "How many at most.",
            number().minimum(Some(1)).maximum(Some(200)).default(Some(json!(50))),
            json!(50),
        ),
        "cursor" => ("Where to go on: `next_cursor` of the page before, as it is.", text(), json!("")),
        "workflow" => ("Only those of the workflow of that name.", text(), json!("greet")),
        "status" => (
            "Only those with that status.",
            text().enum_values(Some(ExecutionStatus::ALL.map(ExecutionStatus::as_str))),
            json!("failed"),
        ),
        "trigger" => ("Only those that a trigger of that id or kind started.", text(), json!("close")),
        "since" => ("Only those created then or later.", time(), json!("2026-03-02T09:00:14Z")),
        "until" => ("Only those created before then.", time(), json!("2026-03-02T09:00:14Z")),
        "event_id" => ("Only those of the vendor's event of that id.", text(), json!("ev_1")),
        "retry_of" => {
            ("Only those that repeat that execution.", id(), json!("01a20010-cf0b-701a-a99e-9c742a238d3d"))
        }
        "replay_of" => {
            ("Only those that replay that delivery.", id(), json!("01a20010-cf0b-701a-a99e-9c742a238d3d"))
        }
        "object" => (
            "Only changes of that kind of thing, or of that one: a kind, or a kind and a name.",
            text().pattern(Some(format!("^({})(/.*)?$", Subject::KINDS.join("|")))),
            json!("workflow/greet"),
        ),
        "actor" => ("Only what somebody with a token of that name has done.", text(), json!("api-token")),
        "q" => ("Only those with these words in what is shown of them.", text(), json!("status")),
        "hook" => ("Only those that came to that hook.", text(), json!("5f0c6a1be0f24d0a9d6a2f4b8c7e1d30")),
        "outcome" => (
            "Only those with that outcome.",
            text().enum_values(Some(Outcome::ALL.map(Outcome::as_str))),
            json!("rejected"),
        ),
        "provider" => ("Only those of that provider.", text(), json!("close")),
        "wait" => (
            "How long to wait for the end of the execution: `500ms`, `10s`, `1m`; at most `60s`.",
            text().pattern(Some("^[0-9]{1,5}ms$|^[1-5]?[0-9]s$|^1m$")),
            json!("10s"),
        ),
        // A test finds what has no words.
        _ => ("", text(), Value::Null),
    };
    let described = parameter(name, ParameterIn::Query, schema.build(), example);
    described.description(Some(words)).required(Required::False).build()
}
