//! Extractors: what a handler takes as an argument is proved before the handler runs, and whatever cannot be proved is
//! a problem.
//!
//! # Adding an extractor
//! A file here, with `FromRequestParts` or `FromRequest` whose rejection is [`crate::problem::Problem`].

mod body;
mod json;
mod operator;
mod path;
mod query;
mod workflow_source;

pub(crate) use self::body::{BodyError, read_body};
pub(crate) use self::json::{JsonBody, OptionalJsonBody, is_json, media_type, parse as parse_json};
pub(crate) use self::operator::Operator;
pub(crate) use self::path::{PathKey, PathOf};
pub(crate) use self::query::{FromParameters, Parameters, Query, listed};
pub(crate) use self::workflow_source::{InJson, WorkflowSource};
