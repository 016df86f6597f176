//! Answers of executions to the requests that started them and still wait.

use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use sqlx::FromRow;

use crate::dialect::on_either;
use crate::error::{StoreError, WriteError};
use crate::journal;
use crate::json;
use crate::node::NodeId;
use crate::store::Store;
use crate::writer::{AnswerRow, Entry, Extra, Verdict};

/// The longest body that an execution can answer with, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;

/// The most headers that one answer has.
const MOST_HEADERS: usize = 50;

/// The longest value of a header, in bytes.
const LONGEST_HEADER: usize = 8 * 1024;

/// Headers that speak of the connection and not of the answer (RFC 9110, 7.6.1), or of how long the body is: they are
/// the server's own.
const SERVERS_OWN: [&str; 10] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What is answered to an HTTP request. [`HttpAnswer::check`] says whether it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status, 200 to 599.
    pub status: u16,
    /// The headers, each with its value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why an answer cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The status is none that ends an exchange.
    #[error("the status has to be between 200 and 599, and {0} is not")]
    Status(u16),
    /// The name has characters that no header's name has, or none at all.
    #[error("`{0}` cannot be the name of a header: letters, digits and `-` can")]
    Name(String),
    /// The value has a line break or another control character, or is too long.
    #[error(
        "the value of the header `{0}` has a line break or control character, or more than {LONGEST_HEADER} bytes"
    )]
    Value(String),
    /// The server sets it.
    #[error("the header `{0}` is the server's own; leave it out")]
    ServersOwn(String),
    /// There are too many.
    #[error("an answer has at most {MOST_HEADERS} headers, and this one has {0}")]
    TooManyHeaders(usize),
    /// The body is too long.
    #[error("the body of an answer has at most {LONGEST_BODY} bytes, and this one has {0}")]
    TooLong(usize),
}

impl HttpAnswer {
    /// Whether it can be sent as it is.
    pub fn check(&self) -> Result<(), AnswerError> {
        if !(200..=599).contains(&self.status) {
            return Err(AnswerError::Status(self.status));
        }
        if self.headers.len() > MOST_HEADERS {
            return Err(AnswerError::TooManyHeaders(self.headers.len()));
        }
        for (name, value) in &self.headers {
            // RFC 9110, 5.6.2: a token.
            let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            if name.is_empty() || name.len() > 255 || !name.bytes().all(token) {
                return Err(AnswerError::Name(name.chars().take(100).collect()));
            }
            if SERVERS_OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                return Err(AnswerError::ServersOwn(name.clone()));
            }
            let control = |byte: u8| byte.is_ascii_control() && byte != b'\t';
            if value.len() > LONGEST_HEADER || value.bytes().any(control) {
                return Err(AnswerError::Value(name.clone()));
            }
        }
        if self.body.len() > LONGEST_BODY {
            return Err(AnswerError::TooLong(self.body.len()));
        }
        Ok(())
    }
}

#[derive(Debug, FromRow)]
struct AnswerColumns {
    status: i64,
    headers: String,
    body: Vec<u8>,
}

const ANSWER: &str = "SELECT status, headers, body FROM answers WHERE execution_id = $1";

impl Store {
    /// Answers the request that started an execution that `node` holds, in one commit with what is to go to the
    /// journal. The first answer holds; a later one changes nothing.
    pub async fn respond(
        &self,
        node: NodeId,
        execution: ExecutionId,
        answer: HttpAnswer,
        records: &[StepRecord],
    ) -> Result<(), WriteError> {
        let answer = AnswerRow {
            status: i64::from(answer.status),
            headers: json::to_text(&answer.headers)?,
            body: answer.body,
        };
        let entry = Entry {
            execution: execution.as_uuid(),
            node: node.as_uuid(),
            records: if records.is_empty() { None } else { Some(journal::to_stored(records)?) },
            change: None,
            extra: Some(Extra::Answer(answer)),
        };
        match self.writer().write(entry).await? {
            Verdict::Lost => Err(WriteError::LeaseLost),
            Verdict::Written | Verdict::State(_) => Ok(()),
        }
    }

    /// What an execution has answered.
    pub async fn answer_of(&self, execution: ExecutionId) -> Result<Option<HttpAnswer>, StoreError> {
        let columns: Option<AnswerColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(ANSWER).bind(execution.as_uuid()).fetch_optional(pool).await?
        });
        let Some(columns) = columns else { return Ok(None) };
        Ok(Some(HttpAnswer {
            status: u16::try_from(columns.status)
                .map_err(|_| StoreError::Corrupt { what: "answer status" })?,
            headers: json::from_text("answer headers", &columns.headers)?,
            body: columns.body,
        }))
    }
}
