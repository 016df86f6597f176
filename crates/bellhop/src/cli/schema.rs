//! `bellhop schema`: the JSON Schema of workflow files.

use std::process::ExitCode;

use bellhop_trigger::catalogue::catalogue;
use clap::Args;

use super::{CliError, Context};

/// What `bellhop schema` takes: nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "For instance: bellhop schema > workflow.schema.json, and as the first line of a workflow\n\
    # yaml-language-server: $schema=./workflow.schema.json"
)]
pub struct SchemaArgs {}

pub(super) fn run(_: &SchemaArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let schema = bellhop_workflow::schema(catalogue());
    let mut text = serde_json::to_string_pretty(&schema)
        .map_err(|error| CliError::failed(format!("the schema cannot be written: {error}")))?;
    text.push('\n');
    context.output.bytes(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
