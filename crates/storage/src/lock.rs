//! Locks on things that have no row of their own.

use sha2::{Digest, Sha256};

use crate::dialect::Either;
use crate::error::StoreError;
use crate::transaction::Open;

// In the order of the numbers, so that two nodes never wait for each other.
const LOCK: &str = "
    SELECT pg_advisory_xact_lock(number) FROM (SELECT number FROM unnest($1::bigint[]) AS number ORDER BY number) AS
        locks";

/// The number that a lock has on PostgreSQL. Two things of the same number only wait for each other needlessly.
pub(crate) fn number(parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut number = [0; 8];
    number.copy_from_slice(&hash.finalize()[..8]);
    i64::from_be_bytes(number)
}

/// Takes the locks until the transaction ends. What another held them for is visible to the next statement. On SQLite
/// every transaction is the only one that writes.
pub(crate) async fn take(open: &mut Open, numbers: impl Iterator<Item = i64>) -> Result<(), StoreError> {
    if let Either::Postgres(transaction) = open {
        let numbers: Vec<i64> = numbers.collect();
        sqlx::query(LOCK).bind(numbers).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Takes one lock until the transaction ends, unless another transaction has it.
pub(crate) async fn try_take(open: &mut Open, number: i64) -> Result<bool, StoreError> {
    Ok(match open {
        Either::Postgres(transaction) => {
            sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
                .bind(number)
                .fetch_one(&mut **transaction)
                .await?
        }
        Either::Sqlite(_) => true,
    })
}
