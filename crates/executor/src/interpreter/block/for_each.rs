//! `for_each`: the same steps for each item, some at once. After one has failed, or returned, no new ones begin; the first
//! of them in the list is what the block comes to.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::ForEach;
use futures::FutureExt as _;
use serde_json::Value;

use super::branches::{Branches, Ran};
use super::{Place, iteration_prefix};
use crate::interpreter::{End, Interpreter};
use crate::journal::LetGo;
use crate::world::error;

impl Interpreter<'_> {
    pub(super) async fn for_each(
        &self,
        each: &ForEach,
        place: Place<'_>,
        scope: &Scope,
    ) -> Result<End<Value>, LetGo> {
        let items = match each.list.evaluate(scope) {
            Ok(Value::Array(items)) => items,
            Ok(other) => {
                let message =
                    format!("`for_each` takes a list, and `{}` is {}", each.list.source(), kind(&other));
                return Ok(End::Failed(Self::own_failure(place, error("invalid_input", message))));
            }
            Err(failure) => {
                return Ok(End::Failed(Self::own_failure(place, self.expression_error(&failure))));
            }
        };
        let prefix = |number| iteration_prefix(place.path, place.attempt, number);
        let limit = usize::try_from(each.concurrency.get()).unwrap_or(usize::MAX);
        // Which items had begun decides which ones still may, so the journal is asked about all of them first.
        let branches = Branches::limited(items.len(), limit, |number| {
            let prefix = prefix(number);
            let end = self.settled(&each.steps, &prefix)?;
            Some(end.map(|last| self.output_of(&each.steps, &prefix, last)))
        })
        .stopping(|number| self.has_begun(&each.steps, &prefix(number)));
        let ran = self.side_by_side(branches, |number| {
            let item = &items[number];
            async move {
                let mut inside = scope.clone();
                inside.set(&each.item, item);
                inside.set("index", &Value::from(number));
                self.walk_for_output(&each.steps, &prefix(number), &mut inside).await
            }
            .boxed()
        });
        let ends = match ran.await? {
            Ran::Paused(until) => return Ok(End::Pause(until)),
            Ran::Ended(ends) => ends,
        };
        let mut outputs = Vec::with_capacity(ends.len());
        for end in ends.into_iter().flatten() {
            match end {
                End::Next(output) => outputs.push(output),
                end => return Ok(end),
            }
        }
        Ok(End::Next(Value::Array(outputs)))
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
