//! Blocks of executions that came one after the other. The index of events' ids is ordered by them first: within one, ids
//! that lie anywhere share the few pages of the block, and whoever looks for an id asks every block.

use crate::dialect::Either;
use crate::error::StoreError;
use crate::transaction::Open;

/// How many executions are in one: about a dozen pages of the index. With five million, an id is asked of 2,500.
const SIZE: i64 = 2_048;

const WRITTEN: &str = "SELECT coalesce(max(rowid), 0) FROM executions";

/// Where the next executions go.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// How many were written, roughly: none is missed where it is wrong. Not known before the first is written.
    written: Option<i64>,
}

impl Blocks {
    /// The block of so many that are about to be written.
    ///
    /// On PostgreSQL all are one block: many nodes write there, and none knows what the others have written.
    pub(super) async fn next(&mut self, open: &mut Open, count: usize) -> Result<i64, StoreError> {
        let Either::Sqlite(transaction) = open else { return Ok(0) };
        let written = match self.written {
            Some(written) => written,
            None => sqlx::query_scalar(WRITTEN).fetch_one(&mut **transaction).await?,
        };
        self.written = Some(written.saturating_add(i64::try_from(count).unwrap_or(i64::MAX)));
        Ok(written / SIZE)
    }
}
