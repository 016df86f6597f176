//! How a webhook is registered at a vendor, as data: which calls make, list, change and delete it, and where in their
//! answers stands what.
//!
//! Everything that differs from vendor to vendor is a path, a body or a place. A body is written as the vendor takes it,
//! and a text that is all of `{url}`, `{events}` (a list), `{secret}` or `{…}` with the name of a parameter stands for
//! that value.

use std::collections::BTreeMap;

use bellhop_vault::CredentialKind;
use bellhop_workflow::{Parameter, TextForm};
use serde::Deserialize;
use serde_json::Value;

/// How a vendor's webhooks are registered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The vendor's page about it.
    pub page: String,
    /// Where its API is, without a slash at the end.
    pub base: String,
    /// How a call shows whose it is.
    pub auth: Auth,
    /// What every call says besides.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How bodies are written.
    pub body: BodyForm,
    /// What a trigger has to say besides its events.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// How its events are called.
    pub events: TextForm,
    /// Who makes the secret that deliveries are signed with.
    pub secret: SecretBy,
    /// How many there may be with one credential and the same parameters, where the vendor has a limit.
    pub allowed: Option<usize>,
    /// Asks for all of them; a path.
    pub list: List,
    /// Makes one.
    pub create: Write,
    /// Changes one, to what the body says; its path has `{id}`.
    pub update: Write,
    /// Deletes one; a path with `{id}`.
    pub delete: String,
    /// Where in an answer stands what of one of them.
    pub hook: HookPlaces,
}

/// How a call shows whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `Authorization: Bearer` with the `token` of a credential of kind `http_bearer`.
    Bearer,
    /// HTTP Basic with a credential of kind `http_basic`.
    Basic,
    /// The header of a credential of kind `http_header`.
    Header,
}

/// How bodies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyForm {
    /// As JSON.
    Json,
    /// As a form: a list as `name[]`, a map as `name[key]`.
    Form,
}

/// Who makes the secret that deliveries are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretBy {
    /// We do, and tell the vendor.
    Us,
    /// The vendor, which says it there (RFC 6901) in the answer to the creation and never again.
    Vendor(String),
}

/// How all webhooks are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The path, with its query.
    pub path: String,
    /// Where in the answer the list is; the answer itself where it is left out.
    #[serde(default)]
    pub items: String,
    /// How the rest is asked for, where not all come at once.
    pub paging: Option<Paging>,
}

/// How the rest of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// By the number of the page, from 1 on, until one has fewer than `size`.
    Number {
        /// The parameter of the query.
        parameter: String,
        /// How many a page has.
        size: usize,
    },
    /// By the id of the last one that came.
    After {
        /// The parameter of the query.
        parameter: String,
        /// Where the answer says `true` while there are more.
        more: String,
    },
}

/// A call that sends something.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// The method.
    pub method: WriteMethod,
    /// The path.
    pub path: String,
    /// What is sent.
    pub body: Value,
}

/// A method that sends something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WriteMethod {
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
}

/// Where in an answer stands what of a webhook (RFC 6901).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HookPlaces {
    /// The vendor's id for it: text or a number.
    pub id: String,
    /// Where it delivers to.
    pub url: String,
    /// The list of its events.
    pub events: String,
    /// Whether it delivers.
    pub active: ActivePlace,
}

/// Where a vendor says whether a webhook delivers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivePlace {
    /// There.
    pub at: String,
    /// What stands there where it does.
    pub is: Value,
}

impl Registration {
    /// The kind of credential that it is made with.
    #[must_use]
    pub const fn credential(&self) -> CredentialKind {
        match self.auth {
            Auth::Bearer => CredentialKind::HttpBearer,
            Auth::Basic => CredentialKind::HttpBasic,
            Auth::Header => CredentialKind::HttpHeader,
        }
    }
}
