//! `auth:` of a webhook: `none`, or one of `basic`, `bearer`, `header`, `hmac` with what it needs.
//!
//! ```yaml
//! auth: none
//! auth: { bearer: { credential: partner } }
//! auth: { hmac: { credential: partner, header: x-signature, prefix: "sha256=" } }
//! auth: { hmac: { credential: partner, scheme: github } }
//! ```

use crate::diagnostic::Code;
use crate::ids::CredentialName;
use crate::model::{HmacAlgorithm, HmacAuth, HmacScheme, SignatureEncoding, WebhookAuth, WrittenScheme};
use crate::parse::context::Context;
use crate::parse::credential;
use crate::parse::fields::Fields;
use crate::parse::place::At;
use crate::parse::suggest::{did_you_mean, listed};
use crate::yaml::Data;

const KINDS: [&str; 4] = ["basic", "bearer", "header", "hmac"];

/// What is said of an HMAC that has no name.
const WRITTEN_KEYS: [&str; 5] = ["header", "algorithm", "encoding", "prefix", "timestamp_header"];

const HMAC_KEYS: [&str; 7] =
    ["credential", "scheme", "header", "algorithm", "encoding", "prefix", "timestamp_header"];

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<WebhookAuth> {
    if let Data::Text(text) = &at.node.data {
        return word(context, at, text);
    }
    let mut fields = at.map(context)?;
    let named = fields.names().to_vec();
    let [kind] = named.as_slice() else {
        context
            .error(Code::ConflictingKeys, at.span(), &at.path, "`auth` needs exactly one kind")
            .help(format!("it is `none`, or has one of {}", listed(KINDS)));
        return None;
    };
    let (key, inner) = fields.take_with_key(kind)?;
    let plain = |context: &mut Context<'_>, make: fn(CredentialName) -> WebhookAuth| {
        credential::reference(context, &inner).map(make)
    };
    match *kind {
        "basic" => plain(context, WebhookAuth::Basic),
        "bearer" => plain(context, WebhookAuth::Bearer),
        "header" => plain(context, WebhookAuth::Header),
        "hmac" => hmac(context, &inner).map(WebhookAuth::Hmac),
        other => {
            context
                .error(Code::UnknownKey, key, &inner.path, format!("unknown kind of `auth`: `{other}`"))
                .help(
                    did_you_mean(other, KINDS)
                        .unwrap_or_else(|| format!("it is `none`, or has one of {}", listed(KINDS))),
                );
            None
        }
    }
}

fn word(context: &mut Context<'_>, at: &At<'_>, text: &str) -> Option<WebhookAuth> {
    if text == "none" {
        return Some(WebhookAuth::None);
    }
    if KINDS.contains(&text) {
        let header = if text == "hmac" { ", header: x-signature" } else { "" };
        context
            .error(Code::MissingKey, at.span(), &at.path, format!("`{text}` needs a credential"))
            .help(format!("write `auth: {{ {text}: {{ credential: NAME{header} }} }}`"));
        return None;
    }
    let known = || KINDS.into_iter().chain(["none"]);
    context
        .error(Code::InvalidValue, at.span(), &at.path, "unknown kind of `auth`")
        .help(did_you_mean(text, known()).unwrap_or_else(|| format!("it is one of {}", listed(known()))));
    None
}

fn hmac(context: &mut Context<'_>, at: &At<'_>) -> Option<HmacAuth> {
    let mut fields = at.map(context)?;
    let credential = fields.require(context, "credential").and_then(|at| credential::name(context, &at));
    let scheme = match fields.take("scheme") {
        Some(at) => named(context, &at, &mut fields).map(HmacScheme::Named),
        None => written(context, &mut fields).map(HmacScheme::Written),
    };
    fields.finish(context, &HMAC_KEYS);
    Some(HmacAuth { credential: credential?, scheme: scheme? })
}

/// The name of a sender whose way of signing is known. Nothing else is to be said of it then.
fn named(context: &mut Context<'_>, at: &At<'_>, fields: &mut Fields<'_>) -> Option<String> {
    let known = context.catalogue().schemes();
    let known: Vec<&str> = known.iter().map(|scheme| scheme.name.as_str()).collect();
    let name = at.choice(context, &known).map(str::to_owned);
    for key in WRITTEN_KEYS {
        if let Some((span, inner)) = fields.take_with_key(key) {
            let message = format!("`{key}` is the scheme's to say");
            context
                .error(Code::ConflictingKeys, span, &inner.path, message)
                .help(format!("leave `{key}` out, or leave `scheme` out and say all of it yourself"));
        }
    }
    name
}

fn written(context: &mut Context<'_>, fields: &mut Fields<'_>) -> Option<WrittenScheme> {
    let header = fields.require(context, "header").and_then(|at| header(context, &at));
    let algorithm = match fields.take("algorithm") {
        Some(at) => at.choice(context, &["sha256", "sha512"]),
        None => Some("sha256"),
    };
    let encoding = match fields.take("encoding") {
        Some(at) => at.choice(context, &["hex", "base64"]),
        None => Some("hex"),
    };
    let prefix = match fields.take("prefix") {
        Some(at) => at.text(context).map(str::to_owned),
        None => Some(String::new()),
    };
    let timestamp_header = match fields.take("timestamp_header") {
        Some(at) => Some(self::header(context, &at)?),
        None => None,
    };
    Some(WrittenScheme {
        header: header?,
        algorithm: if algorithm? == "sha512" { HmacAlgorithm::Sha512 } else { HmacAlgorithm::Sha256 },
        encoding: if encoding? == "base64" { SignatureEncoding::Base64 } else { SignatureEncoding::Hex },
        prefix: prefix?,
        timestamp_header,
    })
}

/// A header's name, in lower case as HTTP/2 has it.
fn header(context: &mut Context<'_>, at: &At<'_>) -> Option<String> {
    let text = at.text(context)?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_token) {
        return Some(text.to_ascii_lowercase());
    }
    context.error(Code::InvalidName, at.span(), &at.path, "this cannot be the name of a header");
    None
}
