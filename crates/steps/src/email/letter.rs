//! The input of `email`, and the message that it becomes.

use std::time::{Duration, SystemTime};

use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use lettre::Message;
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::StepFailure;
use crate::input::{Input, describe};

/// What is to be sent.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) credential: Option<CredentialName>,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    bcc: Vec<Mailbox>,
    from: Option<Mailbox>,
    reply_to: Option<Mailbox>,
    subject: String,
    text: Option<String>,
    html: Option<String>,
}

impl Letter {
    /// Reads it. What comes from an event cannot become a header or another recipient: one text is one address.
    pub(super) fn read(input: &Value) -> Result<Self, StepFailure> {
        let mut input = Input::of(StepKind::Email, input)?;
        let letter = Self {
            credential: input.optional("credential")?,
            to: mailboxes("to", input.raw("to"))?,
            cc: mailboxes("cc", input.raw("cc"))?,
            bcc: mailboxes("bcc", input.raw("bcc"))?,
            from: input.optional::<String>("from")?.map(|text| mailbox("from", &text)).transpose()?,
            reply_to: input
                .optional::<String>("reply_to")?
                .map(|text| mailbox("reply_to", &text))
                .transpose()?,
            subject: one_line("subject", input.required("subject")?)?,
            text: input.optional("text")?,
            html: input.optional("html")?,
        };
        input.finish()?;
        if letter.to.is_empty() && letter.cc.is_empty() && letter.bcc.is_empty() {
            return Err(StepFailure::invalid_input("`email` needs `to`"));
        }
        if letter.text.is_none() && letter.html.is_none() {
            return Err(StepFailure::invalid_input("`email` needs `text` or `html`"));
        }
        Ok(letter)
    }

    /// The message and its id, which is the same for every attempt: a receiver can tell a repetition.
    pub(super) fn message(
        self,
        from: Option<&str>,
        idempotency_key: &str,
        now: Timestamp,
    ) -> Result<(Message, String), StepFailure> {
        let from = match (self.from, from) {
            (Some(own), _) => own,
            (None, Some(text)) => mailbox("from", text)?,
            (None, None) => {
                return Err(StepFailure::invalid_input(
                    "`email` needs `from`: neither the step nor its credential names one",
                ));
            }
        };
        let id = format!("<{}@{}>", name_of(idempotency_key), from.email.domain());
        let mut builder =
            Message::builder().message_id(Some(id.clone())).date(time(now)).from(from).subject(self.subject);
        for (add, mailboxes) in [
            (MessageBuilder::to as fn(MessageBuilder, Mailbox) -> MessageBuilder, self.to),
            (MessageBuilder::cc, self.cc),
            (MessageBuilder::bcc, self.bcc),
            (MessageBuilder::reply_to, self.reply_to.into_iter().collect()),
        ] {
            builder = mailboxes.into_iter().fold(builder, add);
        }
        let message = match (self.text, self.html) {
            (Some(text), Some(html)) => builder.multipart(MultiPart::alternative_plain_html(text, html)),
            (None, Some(html)) => builder.singlepart(SinglePart::html(html)),
            (text, None) => builder.singlepart(SinglePart::plain(text.unwrap_or_default())),
        };
        let message = message.map_err(|error| StepFailure::invalid_input(format!("the message: {error}")))?;
        Ok((message, id))
    }
}

fn mailboxes(key: &str, value: Option<&Value>) -> Result<Vec<Mailbox>, StepFailure> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![mailbox(key, text)?]),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => mailbox(key, text),
                other => Err(no_addresses(key, other)),
            })
            .collect(),
        Some(other) => Err(no_addresses(key, other)),
    }
}

fn no_addresses(key: &str, value: &Value) -> StepFailure {
    StepFailure::invalid_input(format!("`{key}` is an address or a list of them, not {}", describe(value)))
}

fn mailbox(key: &str, text: &str) -> Result<Mailbox, StepFailure> {
    let text = one_line(key, text.to_owned())?;
    text.parse().map_err(|_| {
        StepFailure::invalid_input(format!(
            "`{key}`: `{text}` is no address, such as `ann@example.com` or `Ann <ann@example.com>`; \
             several of them are a list"
        ))
    })
}

/// A line break in a header would begin another header.
fn one_line(key: &str, text: String) -> Result<String, StepFailure> {
    if text.chars().any(char::is_control) {
        return Err(StepFailure::invalid_input(format!(
            "`{key}` holds a line break or another control character"
        )));
    }
    Ok(text)
}

/// A name that says nothing about the execution, and is the same for the same key.
fn name_of(idempotency_key: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(idempotency_key.as_bytes()).iter().take(16).fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

fn time(now: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(now.as_micros()).unwrap_or(0))
}
