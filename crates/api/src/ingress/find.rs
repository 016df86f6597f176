//! Which hooks a delivery is for.

use std::sync::Arc;

use bellhop_trigger::hooks::{Hook, LoadError, Sharers};
use bellhop_workflow::ids::HookId;

use crate::problem::Problem;
use crate::state::ApiState;

/// The longest id that is looked for; a path of a user's is shorter.
const LONGEST: usize = 255;

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => error.into(),
        }
    }
}

/// The hooks of that id. One that is not in memory may have been made by another node since: the database is asked once.
///
/// One request at a time does so: however many ask for hooks that nobody has, one connection is busy with them.
pub(crate) async fn find(state: &ApiState, id: &HookId) -> Result<Option<Sharers>, Problem> {
    let known = state.hooks.all(id);
    if known.is_some() || id.as_str().len() > LONGEST {
        return Ok(known);
    }
    // On the heap, as it is rare and large.
    Box::pin(look(state, id)).await
}

async fn look(state: &ApiState, id: &HookId) -> Result<Option<Sharers>, Problem> {
    let _turn = state.lookups().lock().await;
    for registration in state.store.registrations_by_hook(id).await? {
        state.hooks.refresh(registration.workflow_id).await?;
    }
    Ok(state.hooks.all(id))
}

/// The hook as the database has it, where it may ask for more than this node knows: another may have just stored a version
/// that does. None where it is gone.
pub(super) async fn anew(state: &ApiState, hook: &Hook) -> Result<Option<Arc<Hook>>, Problem> {
    let _turn = state.lookups().lock().await;
    state.hooks.refresh(hook.workflow_id).await?;
    let fresh = state.hooks.all(&hook.id);
    Ok(fresh.and_then(|all| all.iter().find(|one| one.registration == hook.registration).cloned()))
}
