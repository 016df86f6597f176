//! `loop:`: steps again and again until a condition holds.

use std::num::NonZeroU32;

use crate::diagnostic::Code;
use crate::model::{Action, Loop};
use crate::parse::context::Context;
use crate::parse::fields::Fields;
use crate::parse::names::Names;
use crate::parse::{check, duration, expressions, number, steps};
use crate::yaml::Data;

const KEYS: [&str; 3] = ["until", "max_iterations", "every"];

/// How often at most where nothing is said.
const DEFAULT_ITERATIONS: NonZeroU32 = NonZeroU32::new(100).unwrap();

const MAX_ITERATIONS: u32 = 10_000;

pub(super) fn read(context: &mut Context<'_>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let at = fields.take("loop")?;
    let empty = "add what is done in each iteration";
    let steps_at = fields.take("steps");
    let steps = steps_at.as_ref().map(|at| steps::read(context, at, empty, names));
    if !matches!(at.node.data, Data::Map(_)) {
        let help = "write `loop: { until: … }`, with `steps:` beside it";
        at.wrong_type_with(context, "a map", help.to_owned());
        return None;
    }
    let mut keys = at.map(context)?;
    if let Some((key, inside)) = keys.take_with_key("steps") {
        context
            .error(Code::UnknownKey, key, &inside.path, "`steps` does not belong into `loop:`")
            .help("indent it less, so that it stands beside `loop:`");
    } else if steps.is_none() {
        super::without_steps(context, fields, "loop");
    }
    let until_at = keys.take("until");
    // A key that is called otherwise elsewhere is the better news.
    if until_at.is_none() && !keys.has_others(&KEYS) {
        keys.missing(context, "until");
    }
    let names = names.after_steps();
    let until = until_at.as_ref().and_then(|at| expressions::condition(context, at, &names));
    if let (Some(at), Some(until)) = (&until_at, &until) {
        check::until::check(context, at, until);
    }
    let max_iterations = match keys.take("max_iterations") {
        Some(at) => number::count(context, &at, MAX_ITERATIONS),
        None => Some(DEFAULT_ITERATIONS),
    };
    let every = keys.take("every").map(|at| duration::read(context, &at));
    keys.finish(context, &KEYS, &[]);
    let every = match every {
        Some(every) => Some(every?),
        None => None,
    };
    Some(Action::Loop(Loop { until: until?, max_iterations: max_iterations?, every, steps: steps?? }))
}
