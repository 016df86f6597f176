//! What the kinds that send requests have in common.

use super::Given;
use crate::diagnostic::Code;
use crate::parse::context::Context;

/// Methods whose requests have no body.
const WITHOUT_BODY: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Notes a body on a request that has none.
pub(super) fn check_body(context: &mut Context<'_>, given: &Given<'_>, bodies: &[&str]) {
    let Some(body) = bodies.iter().find_map(|name| given.get(name).map(|at| (name, at))) else { return };
    let (name, at) = body;
    match (given.get("method"), given.literal("method")) {
        (None, _) => {
            context
                .error(
                    Code::ConflictingKeys,
                    at.span(),
                    &at.path,
                    format!("the method is GET where none is given, and a GET has no body for `{name}`"),
                )
                .help("add `method: POST`");
        }
        (_, Some((_, method))) if WITHOUT_BODY.contains(&method) => {
            context
                .error(
                    Code::ConflictingKeys,
                    at.span(),
                    &at.path,
                    format!("a {method} request has no body for `{name}`"),
                )
                .help("`query` adds parameters to the URL");
        }
        _ => {}
    }
}
