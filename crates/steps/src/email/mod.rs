//! `email`: a message through a mail server, the one of its credential (kind `smtp`) or the server's own (`smtp_url`).
//! Gives `{message_id}`.

mod letter;
mod server;

use bellhop_vault::Credential;
use bellhop_workflow::ids::CredentialName;
use lettre::AsyncTransport as _;
use lettre::transport::smtp;
use serde_json::{Value, json};

use self::letter::Letter;
pub(crate) use self::server::transport;
use crate::{Call, StepFailure, StepRunner};

/// Sends the message.
pub(crate) async fn run(runner: &StepRunner, call: &Call<'_>) -> Result<Value, StepFailure> {
    let letter = Letter::read(call.input)?;
    let (url, from) = match &letter.credential {
        Some(name) => of_credential(name, runner.credential(name).await?)?,
        None => (runner.smtp_url.clone(), None),
    };
    let url = url.ok_or_else(|| {
        StepFailure::credential(
            "no mail server: store a credential of kind `smtp` and name it under `credential`, or set `smtp_url`",
        )
    })?;
    let transport = transport(url.expose(), call.timeout).map_err(StepFailure::credential)?;
    let from = from.as_ref().map(bellhop_vault::Secret::expose);
    let (message, id) = letter.message(from, call.idempotency_key, call.now)?;
    transport.send(message).await.map_err(|error| failure(&error))?;
    Ok(json!({ "message_id": id }))
}

type Server = (Option<bellhop_vault::Secret>, Option<bellhop_vault::Secret>);

fn of_credential(name: &CredentialName, credential: Credential) -> Result<Server, StepFailure> {
    match credential {
        Credential::Smtp { url, from } => Ok((Some(url), from)),
        other => Err(StepFailure::credential(format!(
            "the credential `{name}` is of kind `{}`; an email step takes one of kind `smtp`",
            other.kind()
        ))),
    }
}

/// A server that says 4xx, or none at all, may take the message later; one that says 5xx will not.
fn failure(error: &smtp::Error) -> StepFailure {
    if error.is_permanent() {
        StepFailure::smtp(format!("the mail server refused: {error}"), false)
    } else if error.is_transient() {
        StepFailure::smtp(format!("the mail server refused for now: {error}"), true)
    } else if error.is_timeout() {
        StepFailure::timeout(format!("the mail server: {error}"))
    } else if error.is_tls() || error.is_client() {
        StepFailure::smtp(format!("the mail server cannot be used: {error}"), false)
    } else {
        StepFailure::connection(format!("the mail server: {error}"))
    }
}
