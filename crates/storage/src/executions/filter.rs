//! Which executions a list shows.

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::listing::{self, Span};
use crate::{span, text};

/// Which executions a list shows: those to which all of it applies.
#[derive(Debug, Clone, Default)]
pub struct ExecutionFilter {
    /// Those of the workflow of that name; where it was deleted, of the last that had it.
    pub workflow: Option<WorkflowName>,
    /// Those that stand there.
    pub status: Option<ExecutionStatus>,
    /// Those that a trigger of that id or kind started.
    pub trigger: Option<String>,
    /// Those created then or later.
    pub since: Option<Timestamp>,
    /// Those created before then.
    pub until: Option<Timestamp>,
    /// Those of the vendor's event of that id.
    pub event_id: Option<String>,
    /// Those that repeat that execution.
    pub retry_of: Option<ExecutionId>,
    /// Those that replay that delivery.
    pub replay_of: Option<DeliveryId>,
    /// Those whose workflow's name, event id, event type or error contains it. Letters of either case are the same,
    /// beyond ASCII as far as the database knows them.
    pub q: Option<String>,
    /// Those of workflows of these names: all that the caller may see. It is no choice of the caller's, so that a filter
    /// of nothing else is an empty one.
    pub among: Option<Vec<WorkflowName>>,
}

/// The index of events' ids, by blocks.
const OF_EVENTS: &str = "executions_event";

/// Adds the condition that an execution is of that event: each block of the index is asked, from the first one on to the
/// next that there is.
fn push_of_event<DB>(dialect: Dialect, event: &str, query: &mut QueryBuilder<DB>)
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    let mut push = |sql: &str| {
        query.push(sql).push(" executions f");
        listing::by_index(dialect, OF_EVENTS, query);
    };
    push("e.id IN (WITH RECURSIVE blocks (number) AS (SELECT min(f.event_block) FROM");
    push(" WHERE f.event_id IS NOT NULL UNION ALL SELECT (SELECT min(f.event_block) FROM");
    push(
        " WHERE f.event_id IS NOT NULL AND f.event_block > blocks.number) FROM blocks
        WHERE blocks.number IS NOT NULL) SELECT f.id FROM blocks CROSS JOIN",
    );
    query.push(" WHERE f.event_block = blocks.number AND f.event_id = ");
    query.push_bind(text::key(event)).push(")");
}

/// The index that a list reads by, from its newest id on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    Event,
    Retries,
    Replays,
    FailedOfWorkflow,
    Failed,
    Cancelled,
    Unfinished,
    Workflow,
    All,
}

impl Walk {
    const fn index(self) -> &'static str {
        match self {
            Self::Retries => "executions_retry_of",
            Self::Replays => "executions_replay_of",
            Self::FailedOfWorkflow => "executions_workflow_failed",
            Self::Failed => "executions_failed",
            Self::Cancelled => "executions_cancelled",
            Self::Unfinished => "executions_unfinished",
            Self::Workflow => "executions_workflow",
            // An event's executions are found by their ids, which `push_of_event` asks for.
            Self::Event | Self::All => "sqlite_autoindex_executions_1",
        }
    }
}

impl ExecutionFilter {
    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { workflow, status, trigger, since, until, event_id, retry_of, replay_of, q, among: _ } =
            self;
        workflow.is_none()
            && status.is_none()
            && trigger.is_none()
            && since.is_none()
            && until.is_none()
            && event_id.is_none()
            && retry_of.is_none()
            && replay_of.is_none()
            && q.is_none()
    }

    /// The index with the fewest rows that do not apply. Each is in the order of the ids, or has few rows of one event.
    fn walk(&self) -> Walk {
        match self.status {
            _ if self.event_id.is_some() => Walk::Event,
            _ if self.retry_of.is_some() => Walk::Retries,
            _ if self.replay_of.is_some() => Walk::Replays,
            Some(ExecutionStatus::Failed) if self.workflow.is_some() => Walk::FailedOfWorkflow,
            Some(ExecutionStatus::Failed) => Walk::Failed,
            Some(ExecutionStatus::Cancelled) => Walk::Cancelled,
            Some(ExecutionStatus::Queued | ExecutionStatus::Running | ExecutionStatus::Waiting) => {
                Walk::Unfinished
            }
            Some(ExecutionStatus::Succeeded) | None if self.workflow.is_some() => Walk::Workflow,
            Some(ExecutionStatus::Succeeded) | None => Walk::All,
        }
    }

    /// Whether there are conditions that the index says nothing of, so that any number of rows may have to be read for
    /// a few.
    pub(super) fn is_open_ended(&self) -> bool {
        let walk = self.walk();
        let status = match walk {
            Walk::FailedOfWorkflow | Walk::Failed | Walk::Cancelled => false,
            // An event has few executions, of whatever kind, and few repeat the same one.
            Walk::Event | Walk::Retries | Walk::Replays => return false,
            Walk::Unfinished | Walk::Workflow | Walk::All => self.status.is_some(),
        };
        let workflow = self.workflow.is_some() && !matches!(walk, Walk::FailedOfWorkflow | Walk::Workflow);
        status || workflow || self.trigger.is_some() || self.q.is_some() || self.among.is_some()
    }

    /// The ids from `since` to `until`, and older than `after`.
    pub(super) fn span(&self, after: Option<Uuid>) -> Span {
        let until = self.until.map(span::end_id);
        Span { first: self.since.map(span::first_id), end: after.into_iter().chain(until).min() }
    }

    /// Adds ` FROM executions e`, and what to read it by.
    pub(super) fn push_from<DB: Database>(&self, dialect: Dialect, query: &mut QueryBuilder<DB>) {
        query.push(" FROM executions e");
        listing::by_index(dialect, self.walk().index(), query);
    }

    /// Adds ` WHERE …` for the conditions that the index answers.
    pub(super) fn push_walk<DB>(&self, dialect: Dialect, query: &mut QueryBuilder<DB>)
    where
        DB: Database,
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    {
        query.push(" WHERE ");
        // A status is written out rather than bound, because the planner must see that a partial index applies.
        match self.walk() {
            Walk::Event => push_of_event(dialect, self.event_id.as_deref().unwrap_or_default(), query),
            Walk::Retries => {
                query
                    .push("e.retry_of = ")
                    .push_bind(self.retry_of.map_or(Uuid::nil(), ExecutionId::as_uuid));
            }
            Walk::Replays => {
                query
                    .push("e.replay_of = ")
                    .push_bind(self.replay_of.map_or(Uuid::nil(), DeliveryId::as_uuid));
            }
            Walk::FailedOfWorkflow => {
                query.push("e.status = 'failed' AND ");
                self.push_workflow(query);
            }
            Walk::Failed => {
                query.push("e.status = 'failed'");
            }
            Walk::Cancelled => {
                query.push("e.status = 'cancelled'");
            }
            Walk::Unfinished => {
                query.push("e.finished_at IS NULL");
            }
            Walk::Workflow => self.push_workflow(query),
            Walk::All => {
                query.push("1 = 1");
            }
        }
    }

    fn push_workflow<DB>(&self, query: &mut QueryBuilder<DB>)
    where
        DB: Database,
        for<'q> String: Encode<'q, DB> + Type<DB>,
    {
        let name = self.workflow.as_ref().map_or("", WorkflowName::as_str);
        query.push("e.workflow_id = (SELECT id FROM workflows WHERE name = ");
        query.push_bind(text::storable(name)).push(" ORDER BY id DESC LIMIT 1)");
    }

    /// Adds ` AND …` for each of the conditions, about `executions e` and `workflows w`.
    pub(super) fn push_rest<DB>(&self, query: &mut QueryBuilder<DB>)
    where
        DB: Database,
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
        for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    {
        let walk = self.walk();
        if self.workflow.is_some() && !matches!(walk, Walk::Workflow | Walk::FailedOfWorkflow) {
            query.push(" AND ");
            self.push_workflow(query);
        }
        if let Some(names) = &self.among {
            listing::push_among("e.workflow_id", names, query);
        }
        if let Some(status) = self.status {
            query.push(" AND e.status = '").push(status.as_str()).push("'");
        }
        if let Some(trigger) = &self.trigger {
            query.push(" AND (e.trigger_id = ").push_bind(text::storable(trigger));
            query.push(" OR e.trigger_kind = ").push_bind(text::storable(trigger)).push(")");
        }
        if let Some(since) = self.since {
            query.push(" AND e.created_at >= ").push_bind(since.as_micros());
        }
        if let Some(until) = self.until {
            query.push(" AND e.created_at < ").push_bind(until.as_micros());
        }
        if let Some(execution) = self.retry_of.filter(|_| walk != Walk::Retries) {
            query.push(" AND e.retry_of = ").push_bind(execution.as_uuid());
        }
        if let Some(delivery) = self.replay_of.filter(|_| walk != Walk::Replays) {
            query.push(" AND e.replay_of = ").push_bind(delivery.as_uuid());
        }
        if let Some(q) = &self.q {
            let columns = ["w.name", "e.event_id", "e.event_type", "e.error"];
            for (index, column) in columns.into_iter().enumerate() {
                query.push(if index == 0 { " AND (" } else { " OR " });
                query.push("lower(").push(column).push(") LIKE lower(").push_bind(text::containing(q));
                query.push(r") ESCAPE '\'");
            }
            query.push(")");
        }
    }
}
