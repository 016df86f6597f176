//! Up to which id things go: ids are in the order of time, so that one id says both how old and how many.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;
use uuid::Uuid;

use super::Sweep;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::span::first_id;

impl Sweep<'_> {
    /// The instant so long ago; none where things of any age are kept.
    pub(super) fn ago(&self, age: Option<Duration>) -> Option<Timestamp> {
        age.map(|age| self.now.minus(age))
    }

    /// The id from which on things are young enough.
    pub(super) fn young(&self, age: Option<Duration>) -> Uuid {
        self.ago(age).map_or(Uuid::nil(), first_id)
    }

    /// The newest id that is one too many. `newest` finds the id that so many newer ones come before.
    pub(super) async fn crowded(
        &self,
        newest: &'static str,
        of: Option<&str>,
    ) -> Result<Option<Uuid>, StoreError> {
        let Some(rows) = self.keep.rows else { return Ok(None) };
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        Ok(on_either!(&self.store.pools().read, |pool| {
            let mut query = sqlx::query_scalar(newest).bind(rows);
            if let Some(of) = of {
                query = query.bind(of);
            }
            query.fetch_optional(pool).await?
        }))
    }
}
