//! `bellhop credentials set`.

use bellhop_vault::{Credential, CredentialKind};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use reqwest::{Method, StatusCode};
use zeroize::Zeroizing;

use super::fields::{self, Assignment};
use crate::cli::client::Body;
use crate::cli::{CliError, Context, arguments};

/// Which credential, and where its values come from.
#[derive(Debug, Args)]
#[command(after_help = "\
A value on the command line can be seen by others and stays in the shell's history. Without --field,
the values are asked for and not shown; or they come on standard input, as a JSON object of the
kind's fields, or as the value itself where the kind has only one:
  bellhop credentials set close --kind close
  bellhop credentials set close --kind close < key.txt
  bellhop credentials set crm --kind http_basic < username-and-password.json")]
pub struct SetArgs {
    /// The credential's name
    #[arg(value_parser = arguments::credential_name)]
    name: String,
    /// What it is for
    #[arg(long, value_parser = PossibleValuesParser::new(CredentialKind::ALL.map(CredentialKind::as_str))
        .try_map(|word| word.parse::<CredentialKind>()))]
    kind: CredentialKind,
    /// The value of a field; `-` reads it from standard input
    #[arg(long = "field", value_name = "FIELD=VALUE", value_parser = fields::assignment)]
    fields: Vec<Assignment>,
}

pub(super) async fn run(args: &SetArgs, context: &Context<'_>) -> Result<(), CliError> {
    let values = fields::gather(args.kind, &args.fields)?;
    let credential = Credential::from_fields(args.kind, values).map_err(|error| {
        let fields = args.kind.fields().join(", ");
        CliError::failed(error.to_string())
            .with_help(format!("a credential of kind `{}` has these fields: {fields}", args.kind))
    })?;
    let path = ["credentials", args.name.as_str()];
    let body = Body::Secret(body(&credential));
    let answer = context.client()?.send(Method::PUT, &path, &[], body, None).await?;
    if context.output.is_json() {
        return Ok(context.output.json(&answer.body)?);
    }
    let verb = if answer.status == StatusCode::CREATED { "stored" } else { "replaced" };
    Ok(context.output.line(&format!("{verb} credential {} ({})", args.name, args.kind))?)
}

/// The credential as the server takes it: its fields, and its kind among them.
fn body(credential: &Credential) -> Zeroizing<Vec<u8>> {
    let fields = credential.to_json();
    // The fields are a JSON object that is not empty; the kind goes in behind its brace.
    let mut body = Zeroizing::new(Vec::with_capacity(fields.len() + 32));
    body.extend_from_slice(format!("{{\"kind\":\"{}\",", credential.kind()).as_bytes());
    body.extend_from_slice(fields.get(1..).unwrap_or_default());
    body
}

#[cfg(test)]
mod tests {
    use bellhop_vault::Secret;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_kind_stands_beside_the_fields() {
        let value = |text: &str| Secret::from(text.to_owned());
        let fields = [("username", value("ann \"the\" boss")), ("password", value("p,w}"))];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        let credential = Credential::from_fields(CredentialKind::HttpBasic, fields).unwrap();
        let sent: serde_json::Value = serde_json::from_slice(&body(&credential)).unwrap();
        assert_eq!(sent, json!({"kind": "http_basic", "username": "ann \"the\" boss", "password": "p,w}"}));
    }
}
