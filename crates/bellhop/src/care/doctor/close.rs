//! Whether Close knows the API keys.

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_storage::OpenedCredential;
use bellhop_trigger::close::{CloseApi, Patience, VendorError};
use bellhop_vault::{Credential, Redactor, Secret};
use bellhop_workflow::ids::CredentialName;
use reqwest::Client;

use super::{Finding, PATIENCE, chain};
use crate::config::{ConfigError, Settings, credentials_from_environment};

const CHECK: &str = "Close credential";

/// The API keys of Close by name: the environment's come before those of the database, as for a server.
pub(super) fn credentials(
    stored: Vec<OpenedCredential>,
    redactor: &Redactor,
) -> Result<BTreeMap<CredentialName, Secret>, ConfigError> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let environment = credentials_from_environment(variables)?;
    let mut keys = BTreeMap::new();
    let stored = stored.into_iter().map(|one| (one.name, one.credential));
    for (name, credential) in stored.chain(environment) {
        redactor.learn_credential(&credential);
        if let Credential::Close { api_key } = credential {
            keys.insert(name, api_key);
        }
    }
    Ok(keys)
}

pub(super) async fn examine(
    settings: &Settings,
    http: &Client,
    keys: BTreeMap<CredentialName, Secret>,
    redactor: &Redactor,
) -> Vec<Finding> {
    let patience = Patience { attempt: PATIENCE, pauses: Duration::from_secs(5), ..Patience::default() };
    let close = CloseApi::new(&settings.close_api_base, http.clone()).with_patience(patience);
    let mut findings = Vec::new();
    for (name, key) in keys {
        findings.push(match close.me(&key).await {
            Ok(me) => {
                let who = me.email.unwrap_or(me.id);
                let places = me.organizations.into_iter().map(|one| one.name.unwrap_or(one.id));
                let places = places.collect::<Vec<_>>().join(", ");
                Finding::well(CHECK, format!("`{name}` is {who} of {places}"))
            }
            Err(error) => refused(&name, &error, redactor),
        });
    }
    findings
}

fn refused(name: &CredentialName, error: &VendorError, redactor: &Redactor) -> Finding {
    let mend = match error {
        VendorError::Refused { status: 401 | 403, .. } => {
            format!("make an API key at Close, and store it: `bellhop credentials set {name} --kind close`")
        }
        VendorError::RateLimited { .. } => "run this again in a minute".to_owned(),
        VendorError::Refused { .. }
        | VendorError::Failed { .. }
        | VendorError::Unreachable { .. }
        | VendorError::AnswerLost { .. }
        | VendorError::Unreadable { .. } => {
            "see `close_api_base`, the way there, and https://status.close.com".to_owned()
        }
    };
    let words = chain(error);
    Finding::wrong(CHECK, format!("`{name}`: {}", redactor.redact(&words)), mend)
}
