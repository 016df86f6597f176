//! `bellhop deliveries rejections`, and the end of `bellhop deliveries list`: how many more were refused than are listed.

use clap::Args;

use super::client::decode;
use super::lists::{self, Stretch};
use super::output::table::Cell;
use super::output::{text, time};
use super::shapes::Rejections;
use super::{CliError, Context};

/// How many kinds the end of a list names.
const NAMED: usize = 5;

/// Which of them.
#[derive(Debug, Args)]
pub struct RejectionsArgs {
    /// Only those to the inbound URL that ends in this
    #[arg(long, value_name = "ID")]
    hook: Option<String>,
    /// Only those to this workflow
    #[arg(long, value_name = "NAME", value_parser = super::arguments::workflow_name)]
    workflow: Option<bellhop_workflow::ids::WorkflowName>,
    #[command(flatten)]
    stretch: Stretch,
}

pub(super) async fn run(args: RejectionsArgs, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let query =
        lists::parameters([("hook", args.hook), ("workflow", args.workflow.map(|name| name.to_string()))]);
    let heading = ["HOOK", "WORKFLOW", "REASON", "REQUESTS", "SIZE", "FIRST", "LAST"];
    let row = |rejections: Rejections| {
        vec![
            Cell::from(rejections.hook_id),
            Cell::from(rejections.workflow),
            Cell::from(rejections.reason),
            Cell::from(grouped(rejections.requests)),
            Cell::from(text::bytes(rejections.bytes)),
            Cell::from(time::ago(rejections.first_at, now)),
            Cell::from(time::ago(rejections.last_at, now)),
        ]
    };
    lists::print_at(context, &["deliveries", "rejections"], "rejections", &query, &args.stretch, heading, row)
        .await
}

/// Says at the end of a list of deliveries what it does not show one by one. `query` is what the list was asked for.
pub(super) async fn note_more(context: &Context<'_>, query: &[(&str, String)]) -> Result<(), CliError> {
    if query.iter().any(|(name, value)| *name == "outcome" && value != "rejected") {
        return Ok(());
    }
    let query: Vec<_> = query.iter().filter(|(name, _)| *name != "outcome").cloned().collect();
    let page = context.client()?.list(&["deliveries", "rejections"], &query, NAMED, None).await?;
    let output = context.output;
    for item in &page.items {
        let more: Rejections = decode(item)?;
        let place = more.workflow.as_deref().map_or_else(
            || {
                more.hook_id
                    .as_deref()
                    .map_or("hooks that nobody has".to_owned(), |hook| format!("hook {hook}"))
            },
            |workflow| format!("workflow {workflow}"),
        );
        let note = format!(
            "and {} more like this were rejected ({}, {place}), the last {}",
            grouped(more.requests),
            more.reason,
            time::ago(more.last_at, context.now())
        );
        output.note(&output.paint_errors().dim(&text::harmless(&note)));
    }
    if page.next_cursor.is_some() {
        let hint = "there are more: bellhop deliveries rejections";
        output.note(&output.paint_errors().dim(hint));
    }
    Ok(())
}

/// The number with a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_three() {
        let shown = [0, 999, 1_000, 99_900, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "99,900", "1,234,567"]);
    }
}
