//! Deliveries that a caller may know of.

use bellhop_storage::DeliveryRow;
use bellhop_workflow::ids::DeliveryId;

use crate::access::Caller;
use crate::problem::Problem;
use crate::state::ApiState;

/// The delivery; the same 404 where there is none and where the caller's token is for other workflows. What came for no
/// workflow only those see whose token is for all.
pub(super) async fn seen(state: &ApiState, caller: &Caller, id: DeliveryId) -> Result<DeliveryRow, Problem> {
    let may_see = |row: &DeliveryRow| match &row.workflow {
        Some(workflow) => caller.sees(workflow),
        None => caller.workflows().is_none(),
    };
    let row = state.store.delivery(id).await?.filter(may_see);
    row.ok_or_else(|| Problem::not_found("delivery", id))
}
