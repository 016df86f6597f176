//! `try`, `catch`, `finally`.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::Try;
use serde_json::Value;

use super::{Place, list_prefix};
use crate::interpreter::{End, Interpreter};
use crate::journal::LetGo;

impl Interpreter<'_> {
    pub(super) async fn guarded(
        &self,
        guarded: &Try,
        place: Place<'_>,
        scope: &Scope,
    ) -> Result<End<Value>, LetGo> {
        let prefix = |list| list_prefix(place.path, place.attempt, list);
        let mut inside = scope.clone();
        let mut end = self.walk_for_output(&guarded.steps, &prefix("try"), &mut inside).await?;
        if let (End::Failed(failure), Some(catch)) = (&end, &guarded.catch) {
            let mut caught = inside.clone();
            caught.set("error", &failure.as_value());
            end = self.walk_for_output(catch, &prefix("catch"), &mut caught).await?;
        }
        if matches!(end, End::Pause(_)) || guarded.finally.is_empty() {
            return Ok(end);
        }
        // It sees the steps of both, but no error.
        let catch = guarded.catch.as_deref().unwrap_or_default();
        self.reveal(catch, &prefix("catch"), &mut inside);
        match self.walk(&guarded.finally, &prefix("finally"), &mut inside).await? {
            End::Next(_) => Ok(end),
            End::Return(returned) => Ok(End::Return(returned)),
            End::Failed(failure) => Ok(End::Failed(failure)),
            End::Pause(until) => Ok(End::Pause(until)),
        }
    }
}
