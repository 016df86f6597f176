//! What executions were given, did and gave, where that is kept for a shorter time than that they ran.

use uuid::Uuid;

use super::delete::run;
use super::{Interrupted, Sweep};
use crate::dialect::on_either;
use crate::transaction;

/// How many are looked at in one query.
const LOOK: i64 = 1_024;

// What was cut before has nothing of it left. A parent that has not ended may still ask for what its child gave.
const OLDEST: &str = "
    SELECT e.id, e.delivery_id,
        e.finished_at < $4 AND (e.event IS NOT NULL OR e.inputs IS NOT NULL OR e.output IS NOT NULL
                OR EXISTS (SELECT 1 FROM journal j WHERE j.execution_id = e.id))
            AND NOT EXISTS (SELECT 1 FROM executions p WHERE p.id = e.parent_id AND p.finished_at IS NULL) AS whole
    FROM executions e
    WHERE e.id > $1 AND e.id < $2 ORDER BY e.id LIMIT $3";

const STATEMENTS: [&str; 4] = [
    "UPDATE executions SET event = NULL, inputs = NULL, output = NULL, raw = NULL, sealed = NULL
     WHERE finished_at IS NOT NULL AND id IN (",
    "DELETE FROM journal WHERE execution_id IN (",
    "DELETE FROM resumes WHERE execution_id IN (",
    "DELETE FROM answers WHERE execution_id IN (",
];

// Another execution that came from it may be younger: one that repeats the first.
const BODIES: &str = "
    UPDATE deliveries SET body = NULL
    WHERE NOT EXISTS (SELECT 1 FROM executions e WHERE e.delivery_id = deliveries.id AND e.event IS NOT NULL)
        AND id IN (";

impl Sweep<'_> {
    pub(super) async fn payloads(&mut self) -> Result<(), Interrupted> {
        let Some(aged) = self.ago(self.keep.payload_age) else { return Ok(()) };
        let end = self.young(self.keep.payload_age);
        let mut last = self.young(self.keep.age);
        loop {
            let looked: Vec<(Uuid, Option<Uuid>, Option<bool>)> =
                on_either!(&self.store.pools().read, |pool| {
                    sqlx::query_as(OLDEST)
                        .bind(last)
                        .bind(end)
                        .bind(LOOK)
                        .bind(aged.as_micros())
                        .fetch_all(pool)
                        .await?
                });
            let Some((id, ..)) = looked.last() else { return Ok(()) };
            last = *id;
            let whole: Vec<(Uuid, Option<Uuid>)> = looked
                .into_iter()
                .filter(|(.., whole)| *whole == Some(true))
                .map(|(id, delivery, _)| (id, delivery))
                .collect();
            let mut whole = &whole[..];
            while !whole.is_empty() {
                let (batch, rest) = self.turn(whole);
                whole = rest;
                self.cut(batch).await?;
                self.rest().await?;
            }
        }
    }

    async fn cut(&mut self, batch: &[(Uuid, Option<Uuid>)]) -> Result<(), Interrupted> {
        let executions: Vec<Uuid> = batch.iter().map(|(id, _)| *id).collect();
        let deliveries: Vec<Uuid> = batch.iter().filter_map(|(_, delivery)| *delivery).collect();
        let mut open = self.begin().await?;
        for statement in STATEMENTS {
            run(&mut open, statement, &executions).await?;
        }
        run(&mut open, BODIES, &deliveries).await?;
        transaction::commit(open).await?;
        self.swept.payloads += executions.len() as u64;
        Ok(())
    }
}
