//! Credentials from the environment: `BELLHOP_CREDENTIAL_<NAME>_<FIELD>`, and `CLOSE_API_KEY` for the one named
//! `close`.

use std::collections::BTreeMap;

use bellhop_vault::{Credential, CredentialKind, Secret};
use bellhop_workflow::ids::CredentialName;

use super::ConfigError;

const PREFIX: &str = "BELLHOP_CREDENTIAL_";

/// Reads the credentials out of environment variables, each kind recognised by its fields.
pub fn credentials_from_environment(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<CredentialName, Credential>, ConfigError> {
    let mut found: BTreeMap<String, BTreeMap<String, Secret>> = BTreeMap::new();
    for (variable, value) in variables {
        if variable == "CLOSE_API_KEY" {
            // The longer name, where both are set, says more exactly what is meant.
            found
                .entry("close".to_owned())
                .or_default()
                .entry("api_key".to_owned())
                .or_insert(Secret::from(value));
        } else if let Some(rest) = variable.strip_prefix(PREFIX) {
            let (name, field) = split(rest).ok_or_else(|| {
                ConfigError::Invalid(format!(
                    "`{variable}` names no field of a credential; it has to end in one of {}",
                    fields().map(|field| format!("_{}", field.to_uppercase())).collect::<Vec<_>>().join(", ")
                ))
            })?;
            found.entry(name).or_default().insert(field.to_owned(), Secret::from(value));
        }
    }
    let mut credentials = BTreeMap::new();
    for (name, fields) in found {
        let credential = recognise(&name, fields)?;
        // A variable's name cannot hold a hyphen, which a credential's often does.
        credentials.insert(CredentialName::new(name.replace('_', "-")), credential.clone());
        credentials.insert(CredentialName::new(name), credential);
    }
    Ok(credentials)
}

fn fields() -> impl Iterator<Item = &'static str> {
    let mut fields: Vec<_> =
        CredentialKind::ALL.iter().flat_map(|kind| kind.fields().iter().copied()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.into_iter()
}

fn split(rest: &str) -> Option<(String, &'static str)> {
    let rest = rest.to_ascii_lowercase();
    fields().find_map(|field| {
        let name = rest.strip_suffix(field)?.strip_suffix('_')?;
        (!name.is_empty()).then(|| (name.to_owned(), field))
    })
}

fn recognise(name: &str, fields: BTreeMap<String, Secret>) -> Result<Credential, ConfigError> {
    let kind = CredentialKind::ALL.into_iter().find(|kind| is_of(*kind, &fields)).ok_or_else(|| {
        let given = fields.keys().cloned().collect::<Vec<_>>().join(", ");
        ConfigError::Invalid(format!(
            "credential `{name}` from the environment is incomplete: it has only {given}"
        ))
    })?;
    Credential::from_fields(kind, fields)
        .map_err(|error| ConfigError::Invalid(format!("credential `{name}` from the environment: {error}")))
}

/// Whether the fields are those of that kind. What mail servers and databases have in common, a URL, says by its scheme
/// which of them it is.
fn is_of(kind: CredentialKind, fields: &BTreeMap<String, Secret>) -> bool {
    let complete = kind.fields().iter().all(|field| kind.is_optional(field) || fields.contains_key(*field));
    let mail = fields.get("url").is_some_and(|url| url.expose().starts_with("smtp"));
    complete && (kind != CredentialKind::Smtp || mail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<BTreeMap<CredentialName, Credential>, ConfigError> {
        credentials_from_environment(variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn the_short_name_is_the_credential_close() {
        let credentials = read(&[("CLOSE_API_KEY", "api_secret"), ("PATH", "/bin")]).unwrap();
        let close = &credentials[&CredentialName::new("close")];
        assert_eq!(close.kind(), CredentialKind::Close);
        assert_eq!(credentials.len(), 1);
    }

    #[test]
    fn fields_of_one_name_are_one_credential_with_or_without_hyphens() {
        let credentials = read(&[
            ("BELLHOP_CREDENTIAL_DATA_WAREHOUSE_USERNAME", "loader"),
            ("BELLHOP_CREDENTIAL_DATA_WAREHOUSE_PASSWORD", "hunter22"),
        ])
        .unwrap();
        assert_eq!(credentials[&CredentialName::new("data-warehouse")].kind(), CredentialKind::HttpBasic);
        assert_eq!(credentials[&CredentialName::new("data_warehouse")].kind(), CredentialKind::HttpBasic);
    }

    #[test]
    fn a_url_says_by_its_scheme_what_it_is() {
        let credentials = read(&[
            ("BELLHOP_CREDENTIAL_MAIL_URL", "smtps://ann:secret@mail.example.com"),
            ("BELLHOP_CREDENTIAL_MAIL_FROM", "ann@example.com"),
            ("BELLHOP_CREDENTIAL_POST_URL", "smtp://mail.example.com"),
            ("BELLHOP_CREDENTIAL_SALES_URL", "postgres://ann:secret@db.example.com/sales"),
        ])
        .unwrap();
        assert_eq!(credentials[&CredentialName::new("mail")].kind(), CredentialKind::Smtp);
        assert_eq!(credentials[&CredentialName::new("post")].kind(), CredentialKind::Smtp);
        assert_eq!(credentials[&CredentialName::new("sales")].kind(), CredentialKind::Sql);
    }

    #[test]
    fn half_a_credential_is_refused_by_name() {
        let message = read(&[("BELLHOP_CREDENTIAL_CRM_USERNAME", "loader")]).unwrap_err().to_string();
        assert!(
            message.contains("`crm`") && message.contains("username") && !message.contains("loader"),
            "{message}"
        );
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let message = read(&[("BELLHOP_CREDENTIAL_CRM_KEYS", "x")]).unwrap_err().to_string();
        assert!(message.contains("BELLHOP_CREDENTIAL_CRM_KEYS") && message.contains("_API_KEY"), "{message}");
    }
}
