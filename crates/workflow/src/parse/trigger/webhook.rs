//! `webhook:`: a URL for any sender.

use super::{misplaced_where, webhook_auth};
use crate::diagnostic::Code;
use crate::model::{Trigger, TriggerKind, WebhookAuth, WebhookResponse, WebhookTrigger};
use crate::parse::context::Context;
use crate::parse::place::At;

pub(super) const KEYS: [&str; 4] = ["path", "method", "auth", "response"];

const METHODS: [&str; 5] = ["POST", "PUT", "PATCH", "GET", "DELETE"];

/// When the request is answered, by the words for it.
const RESPONSES: [(&str, WebhookResponse); 3] = [
    ("immediately", WebhookResponse::Immediately),
    ("last_step", WebhookResponse::LastStep),
    ("respond_step", WebhookResponse::RespondStep),
];

const MAX_PATH: usize = 64;

/// As long as the ids that are made for triggers without a path.
const GENERATED_LENGTH: usize = 32;

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, earlier: &[Trigger]) -> Option<WebhookTrigger> {
    if at.is_null() {
        return Some(WebhookTrigger {
            path: None,
            method: METHODS[0].to_owned(),
            auth: WebhookAuth::None,
            response: WebhookResponse::default(),
        });
    }
    let mut fields = at.map(context)?;
    let path_at = fields.take("path");
    let path = path_at.as_ref().map(|at| path(context, at, earlier));
    let method = match fields.take("method") {
        Some(at) => at.choice(context, &METHODS),
        None => Some(METHODS[0]),
    };
    let auth = match fields.take("auth") {
        Some(at) => webhook_auth::read(context, &at),
        None => Some(WebhookAuth::None),
    };
    let response = match fields.take("response") {
        Some(at) => response(context, &at),
        None => Some(WebhookResponse::default()),
    };
    misplaced_where(context, &mut fields, "webhook");
    fields.finish(context, &KEYS, &[]);
    let path = match path {
        Some(path) => Some(path?),
        None => None,
    };
    if let (Some(at), Some(WebhookAuth::None)) = (&path_at, &auth) {
        context
            .warning(
                Code::OpenWebhook,
                at.span(),
                &at.path,
                "whoever guesses this path can start the workflow",
            )
            .help("add `auth`, or leave `path` out to get a URL that nobody can guess");
    }
    Some(WebhookTrigger { path, method: method?.to_owned(), auth: auth?, response: response? })
}

fn path(context: &mut Context<'_>, at: &At<'_>, earlier: &[Trigger]) -> Option<String> {
    let text = at.text(context)?;
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_valid = (1..=MAX_PATH).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(is_allowed);
    let refuse = |context: &mut Context<'_>, code: Code, message: String, help: &str| {
        context.error(code, at.span(), &at.path, message).help(help);
        None
    };
    if !is_valid {
        let shown: String = text.chars().take(MAX_PATH).collect();
        let help = if text.trim_matches('/').chars().all(is_allowed) && text.contains('/') {
            "write it without `/`: it becomes `/webhook/<path>`"
        } else {
            "letters, digits, `-`, `_` and `.`, a letter or digit first, at most 64 characters"
        };
        return refuse(context, Code::InvalidName, format!("`{shown}` cannot be a webhook's path"), help);
    }
    if text.len() == GENERATED_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = "a path of 32 hexadecimal digits looks like one that was made by the server".to_owned();
        return refuse(context, Code::InvalidName, message, "choose words, or leave `path` out");
    }
    let is_taken = earlier.iter().any(
        |other| matches!(&other.kind, TriggerKind::Webhook(other) if other.path.as_deref() == Some(text)),
    );
    if is_taken {
        let message = format!("another trigger of this workflow has the path `{text}`");
        return refuse(context, Code::ConflictingKeys, message, "give one of them another path");
    }
    Some(text.to_owned())
}

fn response(context: &mut Context<'_>, at: &At<'_>) -> Option<WebhookResponse> {
    let word = at.choice(context, &RESPONSES.map(|(word, _)| word))?;
    RESPONSES.into_iter().find(|(known, _)| *known == word).map(|(_, response)| response)
}
