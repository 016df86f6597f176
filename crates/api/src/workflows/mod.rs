//! Workflows: storing, changing, switching on and off, starting by hand.

pub(crate) mod activate;
pub(crate) mod create;
pub(crate) mod credential_uses;
pub(crate) mod deactivate;
pub(crate) mod delete;
mod etag;
mod lifecycle_problem;
pub(crate) mod list;
mod manual_event;
mod missing_credentials;
mod name_diagnostic;
pub(crate) mod run;
pub(crate) mod shape;
pub(crate) mod show;
pub(crate) mod stored;
pub(crate) mod update;
pub(crate) mod validate;
pub(crate) mod version;
pub(crate) mod versions;
