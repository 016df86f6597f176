//! `manual:`: started by hand.

use super::{inputs, misplaced_where};
use crate::model::ManualTrigger;
use crate::parse::context::Context;
use crate::parse::place::At;

pub(super) const KEYS: [&str; 1] = ["inputs"];

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<ManualTrigger> {
    if at.is_null() {
        return Some(ManualTrigger::default());
    }
    let mut fields = at.map(context)?;
    let inputs = fields.take("inputs").map(|at| inputs::read(context, &at));
    misplaced_where(context, &mut fields, "manual");
    fields.finish(context, &KEYS, &[]);
    match inputs {
        Some(inputs) => Some(ManualTrigger { inputs: Some(inputs?) }),
        None => Some(ManualTrigger::default()),
    }
}
