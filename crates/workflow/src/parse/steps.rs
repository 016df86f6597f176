//! Lists of steps: those of the workflow, and those inside blocks.

use super::check;
use super::context::Context;
use super::names::Names;
use super::place::At;
use super::step;
use crate::diagnostic::Code;
use crate::model::Step;
use crate::yaml::Data;

/// Reads a list of at least one step; `empty` is the hint where there is none.
pub(super) fn read(
    context: &mut Context<'_>,
    at: &At<'_>,
    empty: &str,
    names: &Names<'_>,
) -> Option<Vec<Step>> {
    if let Data::Map(fields) = &at.node.data {
        let is_wrapped = fields.iter().any(|(key, _)| key.name == "steps");
        let help = if is_wrapped {
            format!("put the list right under {}, without `steps:` between", at.label())
        } else {
            "begin each step with `- `".to_owned()
        };
        at.wrong_type_with(context, "a list of steps", help);
        return None;
    }
    let items = at.list(context)?;
    if items.is_empty() {
        let message = format!("{} needs at least one step", at.label());
        context.error(Code::MissingKey, at.span(), &at.path, message).help(empty);
        return None;
    }
    // All of them are read before any failure counts, so that all mistakes are noted.
    let steps: Vec<Option<Step>> = items.iter().map(|item| step::read(context, item, names)).collect();
    check::reach::check(context, &items, &steps);
    steps.into_iter().collect()
}
