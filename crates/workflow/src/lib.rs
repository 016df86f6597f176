//! The workflow language: YAML to a checked [`model::Workflow`], every mistake as a [`diagnostic::Diagnostic`], and
//! the expressions that steps are written in.
//!
//! Nothing here reads a file, a clock or a socket. [`parse`] is the door: text in, a workflow or all of its
//! mistakes out. What the engine writes down about a running workflow ([`journal`], [`execution`], [`event`]) is
//! here too, as every other crate speaks of it.

pub mod activation;
mod catalogue;
pub mod conceal;
pub mod diagnostic;
pub mod event;
pub mod execution;
pub mod expression;
mod file_schema;
pub mod ids;
pub mod journal;
pub mod mask;
pub mod model;
mod parse;
pub mod paths;
pub mod publication;
pub mod rerun;
pub mod schedule;
mod schema;
mod source;
pub mod testfile;
pub mod time;
pub mod trace;
mod yaml;

pub use crate::catalogue::{
    EventCatalogue, EventName, Parameter, PayloadFields, SchemeName, TextForm, UnknownEvent, VendorForm,
};
pub use crate::file_schema::schema;
pub use crate::parse::{Parsed, parse, parse_duration};
