//! Extractors: what a handler takes as an argument is proved before the handler runs, and whatever cannot be proved is
//! a problem.
//!
//! # Adding an extractor
//! A file here, with `FromRequestParts` or `FromRequest` whose rejection is [`crate::problem::Problem`].

mod body;
mod conditions;
mod guard;
mod json;
mod path;
mod query;
mod workflow_source;

pub(crate) use self::body::{BodyError, read_body};
pub(crate) use self::conditions::{Conditions, Tag, Tags};
pub(crate) use self::guard::{Admin, Reader, Writer};
pub(crate) use self::json::{JsonBody, OptionalJsonBody, is_json, media_type, parse as parse_json};
pub(crate) use self::path::{PathKey, PathOf, is_name};
pub(crate) use self::query::{FromParameters, Parameters, Query, listed};
pub(crate) use self::workflow_source::{InJson, WorkflowSource};
