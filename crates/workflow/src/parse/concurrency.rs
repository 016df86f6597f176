//! `concurrency:` of a workflow.

use super::context::Context;
use super::names::{Defined, Names, Stands};
use super::place::At;
use super::{expressions, number};
use crate::model::Concurrency;
use crate::yaml::Data;

const KEYS: [&str; 2] = ["limit", "key"];

const MAX_LIMIT: u32 = 10_000;

/// Reads a number, which is the limit, or a map.
pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, defined: &Defined) -> Option<Concurrency> {
    let limit = |context: &mut Context<'_>, at: &At<'_>| number::count(context, at, MAX_LIMIT);
    match at.node.data {
        Data::Number(_) => return limit(context, at).map(|limit| Concurrency { limit, key: None }),
        Data::Map(_) => {}
        _ => {
            let help =
                "write `concurrency: 1`, or `concurrency: { limit: 1, key: \"${{ event.lead_id }}\" }`";
            at.wrong_type_with(context, "a number or a map", help.to_owned());
            return None;
        }
    }
    let mut fields = at.map(context)?;
    let limit = fields.require(context, "limit").and_then(|at| limit(context, &at));
    let names = Names::new(Stands::Concurrency, defined);
    let key = fields.take("key").map(|at| {
        if matches!(at.node.data, Data::Text(_) | Data::Number(_) | Data::Bool(_)) {
            return expressions::tree(context, &at, &names);
        }
        let help = "write what the executions are counted by: `key: ${{ event.lead_id }}`";
        at.wrong_type_with(context, "text", help.to_owned());
        None
    });
    fields.finish(context, &KEYS, &[]);
    let key = match key {
        Some(key) => Some(key?),
        None => None,
    };
    Some(Concurrency { limit: limit?, key })
}
