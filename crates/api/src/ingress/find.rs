//! Which hook a delivery is for.

use std::sync::Arc;

use bellhop_trigger::hooks::{Hook, LoadError};
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

/// The hook of that id. One that is not in memory may have been made by another node since: the database is asked once.
///
/// One request at a time does so: however many ask for hooks that nobody has, one connection is busy with them.
pub(crate) async fn find(state: &ApiState, id: &HookId) -> Result<Option<Arc<Hook>>, Problem> {
    let known = state.hooks.get(id);
    if known.is_some() || id.as_str().len() > LONGEST {
        return Ok(known);
    }
    let _turn = state.lookups().lock().await;
    let Some(registration) = state.store.registration_by_hook(id).await? else { return Ok(None) };
    state.hooks.refresh(registration.workflow_id).await?;
    Ok(state.hooks.get(id))
}
