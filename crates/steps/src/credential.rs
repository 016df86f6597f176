//! Credentials: where they come from, and the header that each becomes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_vault::{Credential, Secret};
use bellhop_workflow::ids::CredentialName;
use futures::future::BoxFuture;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::StepFailure;

/// Gives the credentials that steps name.
pub trait CredentialSource: Send + Sync {
    /// The credential of that name, or a sentence that says why there is none and how to mend it, without secrets.
    fn resolve<'a>(&'a self, name: &'a CredentialName) -> BoxFuture<'a, Result<Credential, String>>;
}

/// A header that proves who sends a request.
pub(crate) type Proof = (HeaderName, HeaderValue);

/// The header for an `http` step.
pub(crate) fn for_http(name: &CredentialName, credential: &Credential) -> Result<Proof, StepFailure> {
    match credential {
        Credential::HttpBasic { username, password } => basic(name, username, password.expose()),
        Credential::HttpBearer { token } => {
            Ok((AUTHORIZATION, sensitive(name, format!("Bearer {}", token.expose()).into())?))
        }
        Credential::HttpHeader { name: header, value } => {
            let header = HeaderName::from_bytes(header.expose().as_bytes()).map_err(|_| unusable(name))?;
            Ok((header, sensitive(name, value.clone())?))
        }
        Credential::Close { .. }
        | Credential::Hmac { .. }
        | Credential::Smtp { .. }
        | Credential::Sql { .. } => Err(StepFailure::credential(format!(
            "the credential `{name}` is of kind `{}`; an http step takes http_basic, http_bearer or http_header",
            credential.kind()
        ))),
    }
}

/// The header for a `close` step: Close takes the API key as the user's name, with no password.
pub(crate) fn for_close(name: &CredentialName, credential: &Credential) -> Result<Proof, StepFailure> {
    match credential {
        Credential::Close { api_key } => basic(name, api_key, ""),
        Credential::HttpBasic { .. }
        | Credential::HttpBearer { .. }
        | Credential::HttpHeader { .. }
        | Credential::Hmac { .. }
        | Credential::Smtp { .. }
        | Credential::Sql { .. } => Err(StepFailure::credential(format!(
            "the credential `{name}` is of kind `{}`; a close step takes one of kind `close`",
            credential.kind()
        ))),
    }
}

fn basic(name: &CredentialName, username: &Secret, password: &str) -> Result<Proof, StepFailure> {
    let pair = Secret::from(format!("{}:{password}", username.expose()));
    let header = Secret::from(format!("Basic {}", STANDARD.encode(pair.expose())));
    Ok((AUTHORIZATION, sensitive(name, header)?))
}

#[expect(clippy::needless_pass_by_value, reason = "the text is overwritten as it goes")]
fn sensitive(name: &CredentialName, text: Secret) -> Result<HeaderValue, StepFailure> {
    let mut value = HeaderValue::from_bytes(text.expose().as_bytes()).map_err(|_| unusable(name))?;
    value.set_sensitive(true);
    Ok(value)
}

fn unusable(name: &CredentialName) -> StepFailure {
    StepFailure::credential(format!("the credential `{name}` holds characters that no header can carry"))
}
