//! Which executions a list shows.

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

use crate::text;

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
}

impl ExecutionFilter {
    /// Adds ` AND …` for each condition, about `executions e` and `workflows w`.
    pub(super) fn push_to<DB>(&self, query: &mut QueryBuilder<DB>)
    where
        DB: Database,
        for<'q> String: Encode<'q, DB> + Type<DB>,
        for<'q> i64: Encode<'q, DB> + Type<DB>,
        for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    {
        if let Some(workflow) = &self.workflow {
            query.push(" AND e.workflow_id = (SELECT id FROM workflows WHERE name = ");
            query.push_bind(text::storable(workflow.as_str())).push(" ORDER BY id DESC LIMIT 1)");
        }
        if let Some(status) = self.status {
            // Written out rather than bound, because the planner must see that a partial index applies.
            query.push(" AND e.status = '").push(status.as_str()).push("'");
            if !status.is_final() {
                query.push(" AND e.finished_at IS NULL");
            }
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
        if let Some(event) = &self.event_id {
            query.push(" AND e.event_id = ").push_bind(text::key(event));
        }
        if let Some(execution) = self.retry_of {
            query.push(" AND e.retry_of = ").push_bind(execution.as_uuid());
        }
        if let Some(delivery) = self.replay_of {
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
