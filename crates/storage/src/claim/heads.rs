//! Which workflows have something due, and when something falls due next.
//!
//! Both walk from workflow to workflow by the index, with one look for each that has anything unfinished at all: the cost
//! grows with the number of workflows, not with what waits in any of them.

use sqlx::FromRow;
use uuid::Uuid;

use crate::dialect::Dialect;

/// A workflow with something due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub(crate) struct Head {
    pub(crate) workflow_id: Uuid,
    /// Since when the first of it has been due.
    pub(crate) since: i64,
}

// SQLite keeps no statistics to choose an index by; PostgreSQL does.
macro_rules! present {
    ($executions:literal) => {
        concat!(
            "WITH RECURSIVE present (workflow_id) AS (
                SELECT first.workflow_id FROM (
                    SELECT workflow_id FROM ",
            $executions,
            " WHERE due_at IS NOT NULL ORDER BY workflow_id LIMIT 1
                ) AS first
                UNION ALL
                SELECT (
                    SELECT workflow_id FROM ",
            $executions,
            " WHERE due_at IS NOT NULL AND workflow_id > present.workflow_id ORDER BY workflow_id LIMIT 1
                )
                FROM present WHERE present.workflow_id IS NOT NULL
            ) "
        )
    };
}

macro_rules! due {
    ($executions:literal) => {
        concat!(
            present!($executions),
            "SELECT workflow_id, since FROM (
                SELECT workflow_id, (
                    SELECT due_at FROM ",
            $executions,
            " WHERE workflow_id = present.workflow_id AND due_at IS NOT NULL ORDER BY due_at LIMIT 1
                ) AS since
                FROM present
            ) AS head
            WHERE since <= $1"
        )
    };
}

macro_rules! next_due {
    ($executions:literal) => {
        concat!(
            present!($executions),
            "SELECT min((
                SELECT due_at FROM ",
            $executions,
            " WHERE workflow_id = present.workflow_id AND due_at > $1 ORDER BY due_at LIMIT 1
            )) FROM present"
        )
    };
}

macro_rules! depth {
    ($executions:literal) => {
        concat!(
            present!($executions),
            "SELECT CAST(coalesce(sum((
                SELECT count(*) FROM (
                    SELECT 1 FROM ",
            $executions,
            " WHERE workflow_id = present.workflow_id AND due_at <= $1 LIMIT $2
                ) AS due
            )), 0) AS BIGINT) FROM present"
        )
    };
}

const DEPTH_SQLITE: &str = depth!("executions INDEXED BY executions_due");
const DEPTH_POSTGRES: &str = depth!("executions");
const DUE_SQLITE: &str = due!("executions INDEXED BY executions_due");
const DUE_POSTGRES: &str = due!("executions");
const NEXT_DUE_SQLITE: &str = next_due!("executions INDEXED BY executions_due");
const NEXT_DUE_POSTGRES: &str = next_due!("executions");

/// The workflows with something that is due at `$1`.
pub(crate) const fn due(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => DUE_SQLITE,
        Dialect::Postgres => DUE_POSTGRES,
    }
}

/// How much is due at `$1`, of each workflow `$2` at most.
pub(crate) const fn depth(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => DEPTH_SQLITE,
        Dialect::Postgres => DEPTH_POSTGRES,
    }
}

/// The first instant after `$1` at which something is due.
pub(crate) const fn next_due(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => NEXT_DUE_SQLITE,
        Dialect::Postgres => NEXT_DUE_POSTGRES,
    }
}
