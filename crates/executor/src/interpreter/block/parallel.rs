//! `parallel`: branches side by side. One that fails does not keep the others from their ends; the first of them in the
//! file that failed, or returned, is what the block comes to.

use bellhop_workflow::expression::Scope;
use bellhop_workflow::model::Parallel;
use futures::FutureExt as _;
use serde_json::{Map, Value};

use super::branches::{Branches, Ran};
use super::{Place, list_prefix};
use crate::interpreter::{End, Interpreter};
use crate::journal::LetGo;

impl Interpreter<'_> {
    pub(super) async fn parallel(
        &self,
        parallel: &Parallel,
        place: Place<'_>,
        scope: &Scope,
    ) -> Result<End<Value>, LetGo> {
        let names = parallel.branches.iter().map(|branch| branch.name.as_str());
        let prefixes: Vec<String> =
            names.clone().map(|name| list_prefix(place.path, place.attempt, name)).collect();
        let branches = Branches::all(parallel.branches.len());
        let ran = self.side_by_side(branches, |number| {
            let (steps, prefix) = (&parallel.branches[number].steps, &prefixes[number]);
            async move { self.walk_for_output(steps, prefix, &mut scope.clone()).await }.boxed()
        });
        let ends = match ran.await? {
            Ran::Paused(until) => return Ok(End::Pause(until)),
            Ran::Ended(ends) => ends,
        };
        let mut outputs = Map::new();
        for (name, end) in names.zip(ends) {
            match end {
                Some(End::Next(output)) => {
                    outputs.insert(name.to_owned(), output);
                }
                Some(end) => return Ok(end),
                None => {}
            }
        }
        Ok(End::Next(Value::Object(outputs)))
    }
}
