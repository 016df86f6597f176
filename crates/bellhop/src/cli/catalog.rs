//! `bellhop catalog`: what can start a workflow, and which events there are. Needs no server: the program knows it.

use std::process::ExitCode;

use bellhop_trigger::catalogue::{Catalogue, EventEntry, Provider};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::table::{Cell, Fields, Table};
use super::output::text;
use super::{CliError, Context};

/// What can be asked of the catalogue.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// List what starts workflows, and how its deliveries are signed
    Providers(ProvidersArgs),
    /// List the events that are known by name
    Events(EventsArgs),
    /// Show one event, with the fields that it carries
    Show(ShowArgs),
}

/// Nothing to choose.
#[derive(Debug, Args)]
pub struct ProvidersArgs {}

/// Which events.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Only those of this provider, such as `close`
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Only those with these words in their name or description
    #[arg(short, long = "search", value_name = "WORDS")]
    q: Option<String>,
}

/// Which event.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The event's name, such as `lead.status_change`
    event: String,
}

pub(super) fn run(command: CatalogCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        CatalogCommand::Providers(ProvidersArgs {}) => providers(context)?,
        CatalogCommand::Events(args) => events(&args, context)?,
        CatalogCommand::Show(args) => show(&args, context)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn providers(context: &Context<'_>) -> Result<(), CliError> {
    let all = Catalogue::providers();
    if context.output.is_json() {
        return list(all, context);
    }
    let mut table = Table::new(["NAME", "TRIGGER", "EVENTS", "SIGNATURE", "DESCRIPTION"]);
    for provider in all {
        let signature = provider.signature.as_ref();
        table.row([
            Cell::from(provider.name),
            Cell::from(provider.trigger),
            Cell::from((provider.events > 0).then(|| provider.events.to_string())),
            Cell::from(signature.map(|it| format!("{} of {}", it.algorithm, it.signs))),
            Cell::from(provider.description.as_str()),
        ]);
    }
    Ok(context.output.line(&table.render(context.output.paint()))?)
}

fn events(args: &EventsArgs, context: &Context<'_>) -> Result<(), CliError> {
    let provider = args.provider.as_deref().map(known_provider).transpose()?;
    let all = Catalogue::entries().iter();
    let of_provider = all.filter(|entry| provider.is_none_or(|it| entry.provider == it.name));
    let found: Vec<&EventEntry> =
        of_provider.filter(|entry| args.q.as_ref().is_none_or(|words| entry.mentions(words))).collect();
    if context.output.is_json() {
        return list(&found, context);
    }
    if found.is_empty() {
        context.output.note("no events");
        return Ok(());
    }
    let mut table = Table::new(["PROVIDER", "NAME", "DESCRIPTION"]);
    for entry in found {
        table.row([entry.provider.into(), entry.name.as_str().into(), entry.description.as_str().into()]);
    }
    Ok(context.output.line(&table.render(context.output.paint()))?)
}

fn show(args: &ShowArgs, context: &Context<'_>) -> Result<(), CliError> {
    let entry = Catalogue::entry(&args.event).map_err(|nearest| {
        let unknown = CliError::failed(format!("there is no event `{}`", text::harmless(&args.event)));
        unknown.with_help(match nearest {
            Some(name) => format!("did you mean `{name}`?"),
            None => "`bellhop catalog events` lists them".to_owned(),
        })
    })?;
    if context.output.is_json() {
        return Ok(context.output.json(&value(entry)?)?);
    }
    let mut fields = Fields::default();
    fields.add("event", entry.name.as_str());
    fields.add("provider", entry.provider);
    fields.add("description", entry.description.as_str());
    for kind in &entry.types {
        fields.add("event.type", kind.as_str());
    }
    let provider = known_provider(entry.provider)?;
    fields.add("signature", provider.signature.as_ref().map(|it| it.description.clone()));
    for line in entry.payload.iter().flat_map(paths) {
        fields.add("event.data", line);
    }
    Ok(context.output.line(&fields.render(context.output.paint()))?)
}

/// The fields of a payload, each with what is known to be in it.
fn paths(schema: &Value) -> Vec<String> {
    let names = |schema: &Value| -> Vec<String> {
        let properties = schema["properties"].as_object();
        properties.map(|all| all.keys().cloned().collect()).unwrap_or_default()
    };
    let mut lines: Vec<String> = names(schema)
        .into_iter()
        .map(|name| match names(&schema["properties"][&name]) {
            inner if inner.is_empty() => name,
            inner => format!("{name} ({})", inner.join(", ")),
        })
        .collect();
    if schema.get("patternProperties").is_some() {
        lines.push("custom.… (custom fields)".to_owned());
    }
    lines
}

fn known_provider(name: &str) -> Result<&'static Provider, CliError> {
    Catalogue::providers().iter().find(|provider| provider.name == name).ok_or_else(|| {
        let names: Vec<&str> = Catalogue::providers().iter().map(|provider| provider.name).collect();
        CliError::usage(format!("there is no provider `{}`", text::harmless(name)))
            .with_help(format!("there are {}", names.join(", ")))
    })
}

/// As REST has it, all on one page.
fn list<T: serde::Serialize>(items: &[T], context: &Context<'_>) -> Result<(), CliError> {
    let items = items.iter().map(value).collect::<Result<Vec<_>, _>>()?;
    Ok(context.output.json(&json!({ "items": items, "next_cursor": null }))?)
}

fn value(item: &impl serde::Serialize) -> Result<Value, CliError> {
    serde_json::to_value(item).map_err(|error| CliError::failed(format!("it cannot be written: {error}")))
}
