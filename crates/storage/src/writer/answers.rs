//! What executions answer the requests that started them and still wait.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::dialect::{ManyRows as _, on_either};
use crate::error::StoreError;
use crate::rows;
use crate::transaction::Open;

/// An answer in the database's terms.
#[derive(Debug)]
pub(crate) struct AnswerRow {
    pub(crate) status: i64,
    /// A JSON array of names and values.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl AnswerRow {
    /// Roughly how many bytes it holds.
    pub(super) fn size(&self) -> usize {
        self.headers.len() + self.body.len()
    }
}

const ANSWERS: &str = " INTO answers (execution_id, status, headers, body) ";

// A request is answered once: the first one holds.
const UNLESS_ANSWERED: &str = " ON CONFLICT (execution_id) DO NOTHING";

pub(super) async fn write(open: &mut Open, answers: &[(Uuid, &AnswerRow)]) -> Result<(), StoreError> {
    for chunk in rows::chunks(open.dialect(), answers) {
        on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(Database::INSERT);
            query.push(ANSWERS);
            rows::push_inserted(&mut query, chunk, |mut values, (execution, answer)| {
                values.push_bind(*execution).push_bind(answer.status);
                values.push_bind(answer.headers.as_str()).push_bind(&answer.body[..]);
            });
            query.push(UNLESS_ANSWERED);
            query.build().execute(&mut **transaction).await?;
        });
    }
    Ok(())
}
