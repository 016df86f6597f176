//! Answers of executions to the requests that started them and still wait.

use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use sqlx::FromRow;

use crate::dialect::on_either;
use crate::error::{StoreError, WriteError};
use crate::json;
use crate::node::NodeId;
use crate::store::Store;
use crate::writer::{AnswerRow, Entry, Extra, Verdict};

/// What is answered to an HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status, 200 to 599.
    pub status: u16,
    /// The headers, checked by whoever made it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
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
            records: if records.is_empty() { None } else { Some(json::to_text(&records)?) },
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
