//! `bellhop tokens list`.

use bellhop_workflow::time::Timestamp;
use clap::Args;

use crate::cli::lists::{self, Stretch};
use crate::cli::output::paint::Tone;
use crate::cli::output::table::Cell;
use crate::cli::output::time;
use crate::cli::shapes::AccessToken;
use crate::cli::{CliError, Context};

/// Which tokens.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    stretch: Stretch,
}

pub(super) async fn run(args: &ListArgs, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let row = |token: AccessToken| {
        vec![
            state(&token, now),
            Cell::from(token.scope),
            Cell::from(token.workflows.map_or_else(|| "all".to_owned(), |names| names.join(", "))),
            Cell::from(time::ago(token.created_at, now)),
            Cell::from(token.last_used_at.map(|at| time::ago(at, now))),
            Cell::from(token.expires_at.map(|at| time::in_full(at, now))),
            Cell::from(token.name),
            Cell::from(token.id),
        ]
    };
    let heading = ["STATE", "SCOPE", "WORKFLOWS", "CREATED", "LAST USED", "EXPIRES", "NAME", "ID"];
    lists::print(context, "tokens", &[], &args.stretch, heading, row).await
}

fn state(token: &AccessToken, now: Timestamp) -> Cell {
    if token.revoked_at.is_some() {
        return Cell::toned("revoked", Tone::Dim);
    }
    match token.expires_at {
        Some(end) if end <= now => Cell::toned("expired", Tone::Dim),
        Some(_) | None => Cell::toned("works", Tone::Good),
    }
}
