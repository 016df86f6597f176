//! Vendors whose webhooks are registered by what their manifest says.

mod read;
mod render;

use std::collections::BTreeMap;
use std::fmt;

use bellhop_vault::{Credential, Secret};
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Method;
use serde_json::Value;

use self::render::{Given, body, form, path};
use super::{
    Body, Call, Caller, NewSubscription, Patience, Proof, Subscription, Told, Unreadable, VendorError,
};
use crate::manifest::{BodyForm, Manifest, Paging, Registration, Write, WriteMethod};

/// More pages of a list than this are not read.
const PAGES: usize = 100;

/// What vendors that are described as data are called with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DeclaredVendors {
    http: reqwest::Client,
    patience: Patience,
    bases: BTreeMap<String, String>,
}

impl DeclaredVendors {
    /// Vendors at their own addresses, but for those that `bases` has, by their names: a GitHub of one's own.
    #[must_use]
    pub fn new(http: reqwest::Client, bases: BTreeMap<String, String>) -> Self {
        Self { http, patience: Patience::default(), bases }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The vendor, spoken to with `credential`.
    pub(crate) fn account(
        &self,
        manifest: &'static Manifest,
        registration: &'static Registration,
        parameters: BTreeMap<String, String>,
        credential: Credential,
    ) -> DeclaredAccount {
        let base = self.bases.get(manifest.name).unwrap_or(&registration.base);
        DeclaredAccount {
            manifest,
            registration,
            base: base.trim_end_matches('/').to_owned(),
            parameters,
            credential,
            caller: Caller { vendor: &manifest.label, http: self.http.clone(), patience: self.patience },
        }
    }
}

/// A vendor that is described as data, with what it is spoken to with.
pub(crate) struct DeclaredAccount {
    pub(super) manifest: &'static Manifest,
    registration: &'static Registration,
    base: String,
    parameters: BTreeMap<String, String>,
    credential: Credential,
    caller: Caller,
}

impl fmt::Debug for DeclaredAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeclaredAccount").field("vendor", &self.manifest.name).finish_non_exhaustive()
    }
}

impl DeclaredAccount {
    pub(super) async fn create(
        &self,
        new: &NewSubscription,
        secret: Option<&Secret>,
    ) -> Result<Subscription, VendorError> {
        let answer = self.write(&self.registration.create, None, new, secret).await?;
        let made = read::subscription(self.registration, &answer).ok_or_else(|| self.lacks("id or URL"))?;
        let signature_key = read::secret(self.registration, &answer).or_else(|| secret.cloned());
        Ok(Subscription { signature_key, ..made })
    }

    pub(super) async fn list(&self) -> Result<Vec<Subscription>, VendorError> {
        let list = &self.registration.list;
        let mut all = Vec::new();
        let mut end: Option<String> = None;
        for page in 1..=PAGES {
            let more = match (&list.paging, &end) {
                (Some(Paging::Number { parameter, .. }), _) => Some((parameter, page.to_string())),
                (Some(Paging::After { parameter, .. }), Some(id)) => Some((parameter, id.clone())),
                (Some(Paging::After { .. }), None) | (None, _) => None,
            };
            let path = render::with_query(path(&list.path, &self.parameters, None), more);
            let answer = self.call(Method::GET, &path, Body::Nothing).await?;
            let items = answer.pointer(&list.items).and_then(Value::as_array);
            let items = items.ok_or_else(|| self.lacks("list of webhooks"))?;
            // What has no URL is none that anything is delivered to.
            all.extend(items.iter().filter_map(|item| read::subscription(self.registration, item)));
            end = items.last().and_then(|item| read::id(self.registration, item));
            let is_more = match &list.paging {
                Some(Paging::Number { size, .. }) => items.len() >= *size,
                Some(Paging::After { more, .. }) => {
                    end.is_some() && answer.pointer(more).and_then(Value::as_bool) == Some(true)
                }
                None => false,
            };
            if !is_more {
                return Ok(all);
            }
        }
        Err(VendorError::Unreadable { vendor: self.caller.vendor, source: Unreadable::Endless })
    }

    pub(super) async fn update(
        &self,
        id: &str,
        told: &Told<'_>,
    ) -> Result<Option<Subscription>, VendorError> {
        let answer = self.write(&self.registration.update, Some(id), told.whole, told.secret).await;
        let Some(answer) = absent_if_gone(answer)? else { return Ok(None) };
        read::subscription(self.registration, &answer).map(Some).ok_or_else(|| self.lacks("id or URL"))
    }

    pub(super) async fn delete(&self, id: &str) -> Result<(), VendorError> {
        let path = path(&self.registration.delete, &self.parameters, Some(id));
        let call = self.composed(Method::DELETE, &path, Body::Nothing);
        absent_if_gone(self.caller.persist(&call).await).map(drop)
    }

    async fn write(
        &self,
        write: &Write,
        id: Option<&str>,
        whole: &NewSubscription,
        secret: Option<&Secret>,
    ) -> Result<Value, VendorError> {
        let given = Given { whole, secret, parameters: &self.parameters };
        let rendered = body(&write.body, &given);
        let sent = match self.registration.body {
            BodyForm::Json => Body::Json(&rendered),
            BodyForm::Form => Body::Form(form(&rendered)),
        };
        let method = match write.method {
            WriteMethod::Post => Method::POST,
            WriteMethod::Put => Method::PUT,
            WriteMethod::Patch => Method::PATCH,
        };
        self.call(method, &path(&write.path, &self.parameters, id), sent).await
    }

    async fn call(&self, method: Method, path: &str, body: Body<'_>) -> Result<Value, VendorError> {
        let answer = self.caller.persist(&self.composed(method, path, body)).await?;
        serde_json::from_slice(&answer)
            .map_err(|error| VendorError::Unreadable { vendor: self.caller.vendor, source: error.into() })
    }

    fn composed<'a>(&'a self, method: Method, path: &str, body: Body<'a>) -> Call<'a> {
        let headers = self.registration.headers.iter().filter_map(|(name, value)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        });
        Call {
            method,
            url: format!("{}{path}", self.base),
            proof: self.proof(),
            headers: headers.collect::<HeaderMap>(),
            body,
        }
    }

    fn proof(&self) -> Proof<'_> {
        match &self.credential {
            Credential::HttpBasic { username, password } => {
                Proof::Basic { username, password: password.expose() }
            }
            Credential::HttpHeader { name, value } => Proof::Header { name: name.expose(), value },
            Credential::HttpBearer { token: secret }
            | Credential::Close { api_key: secret }
            | Credential::Hmac { secret }
            | Credential::Smtp { url: secret, .. }
            | Credential::Sql { url: secret } => Proof::Bearer(secret),
        }
    }

    const fn lacks(&self, what: &'static str) -> VendorError {
        VendorError::Unreadable { vendor: self.caller.vendor, source: Unreadable::Lacks(what) }
    }
}

fn absent_if_gone<T>(answer: Result<T, VendorError>) -> Result<Option<T>, VendorError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(VendorError::Refused { status: 404 | 410, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
