//! `loop`: the steps again and again, until a condition holds after them.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::Loop;
use serde_json::Value;

use super::{Place, iteration_prefix};
use crate::interpreter::{End, Interpreter};
use crate::journal::LetGo;
use crate::world::error;

impl Interpreter<'_> {
    /// Each iteration begins with the scope from before the loop, so that it sees nothing of those before it, and the
    /// last one is all that has to be gone over when the loop is resumed.
    pub(super) async fn again(
        &self,
        again: &Loop,
        place: Place<'_>,
        scope: &Scope,
    ) -> Result<End<Value>, LetGo> {
        let most = usize::try_from(again.max_iterations.get()).unwrap_or(usize::MAX);
        let mut iteration = self.last_iteration(&again.steps, place.path, place.attempt).unwrap_or(0);
        loop {
            let prefix = iteration_prefix(place.path, place.attempt, iteration);
            let mut inside = scope.clone();
            inside.set("index", &Value::from(iteration));
            let output = match self.walk_for_output(&again.steps, &prefix, &mut inside).await? {
                End::Next(output) => output,
                end => return Ok(end),
            };
            let ended = self.finished_at(&again.steps, &prefix).unwrap_or_else(|| self.clock.now());
            inside.set_now(ended);
            match again.until.test(&inside) {
                Ok(true) => return Ok(End::Next(output)),
                Ok(false) => {}
                Err(failure) => {
                    return Ok(End::Failed(Self::own_failure(place, self.expression_error(&failure))));
                }
            }
            iteration += 1;
            if iteration >= most {
                let message = format!("`{}` was still false after {most} iterations", again.until.source());
                return Ok(End::Failed(Self::own_failure(place, error("loop_exhausted", message))));
            }
            if let Some(every) = again.every {
                let next = ended.plus(every);
                if !self.wait(next).await? {
                    return Ok(End::Pause(Some(next)));
                }
            }
        }
    }
}
