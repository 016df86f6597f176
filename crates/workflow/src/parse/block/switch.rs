//! `switch:`: the first arm whose condition holds.

use crate::diagnostic::Code;
use crate::expression::Expression;
use crate::model::{Action, Arm, Switch};
use crate::parse::context::Context;
use crate::parse::fields::Fields;
use crate::parse::names::Names;
use crate::parse::place::At;
use crate::parse::{check, expressions, steps};
use crate::yaml::Data;

const KEYS: [&str; 3] = ["when", "default", "steps"];

const FORM: &str = "each arm is `- when: …` or `- default: true`, with `steps:` beside it";

pub(super) fn read(context: &mut Context<'_>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let at = fields.take("switch")?;
    if !matches!(at.node.data, Data::List(_)) {
        at.wrong_type_with(context, "a list of arms", FORM.to_owned());
        return None;
    }
    let items = at.items();
    if items.is_empty() {
        context.error(Code::MissingKey, at.span(), &at.path, "`switch` needs at least one arm").help(FORM);
        return None;
    }
    check_default(context, &items);
    let arms: Vec<Option<Arm>> = items.iter().map(|item| arm(context, item, names)).collect();
    check::arms::check(context, &items, &arms);
    let arms = arms.into_iter().collect::<Option<_>>()?;
    Some(Action::Switch(Switch { arms }))
}

fn arm(context: &mut Context<'_>, at: &At<'_>, names: &Names<'_>) -> Option<Arm> {
    let Data::Map(_) = at.node.data else {
        at.wrong_type_with(context, "a map", FORM.to_owned());
        return None;
    };
    let mut fields = at.map(context)?;
    // Where a key has the wrong name, that is what is missing under the right one.
    let is_misnamed = fields.has_others(&KEYS);
    let when = fields.take("when");
    let default = fields.take_with_key("default");
    let when = match (when, default) {
        (Some(at), None) => expressions::condition(context, &at, names).map(Some),
        (None, Some((_, at))) => default_is_true(context, &at).then_some(None),
        (Some(at), Some((key, default))) => {
            context
                .error(Code::ConflictingKeys, key, &default.path, "an arm has `when` or `default`, not both")
                .help("take `default` away here, and put an arm for everything else at the end");
            expressions::condition(context, &at, names);
            None
        }
        (None, None) if is_misnamed => None,
        (None, None) => {
            context
                .error(Code::MissingKey, at.span(), &at.path, "an arm needs `when`, or `default: true`")
                .help("add `when:` with the condition for which it is taken");
            None
        }
    };
    let steps = fields.take("steps");
    if steps.is_none() && !is_misnamed {
        context
            .error(Code::MissingKey, at.span(), &at.path, "an arm needs `steps`")
            .help("add `steps:` beside its condition, with what is done when it is taken");
    }
    let empty = "take the arm away, or give it a step";
    let steps = steps.and_then(|at| steps::read(context, &at, empty, names));
    fields.finish(context, &KEYS, &[]);
    let when: Option<Expression> = when?;
    Some(Arm { when, steps: steps? })
}

fn default_is_true(context: &mut Context<'_>, at: &At<'_>) -> bool {
    match at.node.data {
        Data::Bool(true) => true,
        Data::Bool(false) => {
            context
                .error(Code::InvalidValue, at.span(), &at.path, "`default` can only be true")
                .help("take the arm away, or write `default: true`");
            false
        }
        _ => {
            at.wrong_type_with(
                context,
                "true",
                "write `default: true`, and what is done under `steps:`".to_owned(),
            );
            false
        }
    }
}

/// There is one default at most, and it is the last arm.
fn check_default(context: &mut Context<'_>, items: &[At<'_>]) {
    let defaults: Vec<(usize, At<'_>)> =
        items.iter().enumerate().filter_map(|(index, arm)| Some((index, arm.field("default")?))).collect();
    let Some(((first, at), more)) = defaults.split_first() else { return };
    for (_, at) in more {
        context
            .error(Code::ConflictingKeys, at.span(), &at.path, "this `switch` has a default already")
            .help("give this arm a `when`, or put its steps into the other default");
    }
    if more.is_empty() && first + 1 < items.len() {
        context.error(
            Code::MisplacedDefault,
            at.span(),
            &at.path,
            "arms behind the default would never be taken",
        );
    }
}
