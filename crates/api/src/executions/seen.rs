//! Executions that a caller may know of.

use bellhop_storage::ExecutionRow;
use bellhop_workflow::ids::ExecutionId;

use crate::access::Caller;
use crate::problem::Problem;
use crate::state::ApiState;

/// The execution; the same 404 where there is none and where the caller's token is for other workflows.
pub(crate) async fn seen(
    state: &ApiState,
    caller: &Caller,
    id: ExecutionId,
) -> Result<ExecutionRow, Problem> {
    let row = state.store.execution(id).await?.filter(|row| caller.sees(&row.workflow));
    row.ok_or_else(|| Problem::not_found("execution", id))
}

/// 404 where the caller may not know of the execution. Nothing is read where the token is for all workflows.
pub(crate) async fn may_be_seen(state: &ApiState, caller: &Caller, id: ExecutionId) -> Result<(), Problem> {
    if caller.workflows().is_some() {
        seen(state, caller, id).await?;
    }
    Ok(())
}
