//! `switch`: the first arm whose condition holds.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::Switch;
use serde_json::Value;

use super::{Place, iteration_prefix};
use crate::interpreter::{End, Interpreter};
use crate::journal::LetGo;

impl Interpreter<'_> {
    /// The conditions are asked again when the block is resumed: the scope is as it was, and so is the time.
    pub(super) async fn switch(
        &self,
        switch: &Switch,
        place: Place<'_>,
        scope: &Scope,
    ) -> Result<End<Value>, LetGo> {
        for (number, arm) in switch.arms.iter().enumerate() {
            match arm.when.as_ref().map_or(Ok(true), |when| when.test(scope)) {
                Ok(false) => {}
                Ok(true) => {
                    let prefix = iteration_prefix(place.path, place.attempt, number);
                    return self.walk_for_output(&arm.steps, &prefix, &mut scope.clone()).await;
                }
                Err(failure) => {
                    return Ok(End::Failed(Self::own_failure(place, self.expression_error(&failure))));
                }
            }
        }
        Ok(End::Next(Value::Null))
    }
}
