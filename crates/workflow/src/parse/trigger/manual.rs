//! `manual:`: started by hand.

use super::misplaced_where;
use crate::model::ManualTrigger;
use crate::parse::context::Context;
use crate::parse::place::At;

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<ManualTrigger> {
    if at.is_null() {
        return Some(ManualTrigger::default());
    }
    let mut fields = at.map(context)?;
    misplaced_where(context, &mut fields, "manual");
    fields.finish(context, &[], &["inputs"]);
    Some(ManualTrigger::default())
}
