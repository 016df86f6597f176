//! Arms of a `switch` that are never taken.

use std::collections::HashMap;

use super::constant;
use crate::diagnostic::Code;
use crate::model::Arm;
use crate::parse::context::Context;
use crate::parse::place::At;

/// Notes the arms that cannot be taken, of those that could be read.
pub(in crate::parse) fn check(context: &mut Context<'_>, items: &[At<'_>], arms: &[Option<Arm>]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut always: Option<usize> = None;
    for (item, arm) in items.iter().zip(arms) {
        let Some(arm) = arm else { continue };
        let place = item.field("when").unwrap_or_else(|| item.clone());
        let line = context.source().position(place.span().start).line;
        let mut unreachable = |message: String, help: &str| {
            context.warning(Code::UnreachableArm, place.span(), &place.path, message).help(help);
        };
        if let Some(line) = always {
            unreachable(
                format!("this arm is never taken: the one on line {line} always is"),
                "move it before that one, or write that one as `default: true` at the end",
            );
            continue;
        }
        let Some(when) = &arm.when else { continue };
        match constant(when) {
            Some(true) => always = Some(line),
            Some(false) => {
                unreachable("this arm is never taken: its condition is false".to_owned(), "take it away");
            }
            None => {
                let condition = words(when.source());
                if let Some(earlier) = seen.get(&condition) {
                    unreachable(
                        format!("this arm is never taken: the one on line {earlier} has the same condition"),
                        "give it another condition, or put its steps into that arm",
                    );
                } else {
                    seen.insert(condition, line);
                }
            }
        }
    }
}

/// A condition as far as spaces between its words do not count; those in quoted text do.
fn words(source: &str) -> String {
    if source.contains(['"', '\'']) {
        return source.trim().to_owned();
    }
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}
