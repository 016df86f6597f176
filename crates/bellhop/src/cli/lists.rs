//! What all lists have in common: how much of them is asked for, and what is said at their end.

use clap::Args;
use serde_json::{Value, json};

use super::client::{Page, decode};
use super::output::table::{Cell, Table};
use super::{CliError, Context};

/// Which stretch of a list.
#[derive(Debug, Clone, Args)]
pub struct Stretch {
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    /// Where to go on: what the end of the list before said
    #[arg(long)]
    cursor: Option<String>,
}

impl Stretch {
    /// Whether it is where the list begins.
    pub(super) const fn is_first(&self) -> bool {
        self.cursor.is_none()
    }
}

/// Asks for a list and prints it: as it came for a program, as a table of `row`s for a person.
pub(super) async fn print<T: serde::de::DeserializeOwned>(
    context: &Context<'_>,
    path: &str,
    query: &[(&str, String)],
    stretch: &Stretch,
    heading: impl IntoIterator<Item = &'static str>,
    row: impl Fn(T) -> Vec<Cell>,
) -> Result<(), CliError> {
    print_at(context, &[path], path, query, stretch, heading, row).await
}

/// The same for a list at a longer path; `what` is what it has.
pub(super) async fn print_at<T: serde::de::DeserializeOwned>(
    context: &Context<'_>,
    path: &[&str],
    what: &str,
    query: &[(&str, String)],
    stretch: &Stretch,
    heading: impl IntoIterator<Item = &'static str>,
    row: impl Fn(T) -> Vec<Cell>,
) -> Result<(), CliError> {
    let limit = usize::from(stretch.limit);
    let page = context.client()?.list(path, query, limit, stretch.cursor.as_deref()).await?;
    let output = context.output;
    if output.is_json() {
        return Ok(output.json(&json!({ "items": page.items, "next_cursor": page.next_cursor }))?);
    }
    if page.items.is_empty() {
        output.note(&format!("no {what}"));
        return Ok(());
    }
    output.line(&table(&page, heading, row)?.render(output.paint()))?;
    if let Some(cursor) = &page.next_cursor {
        let hint = format!("there are more: add --cursor {cursor}, or a larger --limit");
        output.note(&output.paint_errors().dim(&hint));
    }
    Ok(())
}

fn table<T: serde::de::DeserializeOwned>(
    page: &Page,
    heading: impl IntoIterator<Item = &'static str>,
    row: impl Fn(T) -> Vec<Cell>,
) -> Result<Table, CliError> {
    let mut table = Table::new(heading);
    for item in &page.items {
        table.row(row(decode(item)?));
    }
    Ok(table)
}

/// The query parameters that have a value.
pub(super) fn parameters<const N: usize>(
    given: [(&'static str, Option<String>); N],
) -> Vec<(&'static str, String)> {
    given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Prints that something is gone.
pub(super) fn deleted(context: &Context<'_>, what: &str, name: &str) -> Result<(), CliError> {
    if context.output.is_json() {
        return Ok(context.output.json(&json!({ "deleted": Value::from(name) }))?);
    }
    Ok(context.output.line(&format!("deleted {what} {name}"))?)
}
