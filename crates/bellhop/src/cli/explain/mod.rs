//! `bellhop explain`: what a workflow will do, as a tree, from what the engine holds of it: events by the vendor's own
//! names, defaults written out, blocks with what is in them.
//!
//! # Explaining something new
//! A trigger kind goes into `triggers.rs`, a step kind into `kinds.rs`, a block into `steps.rs`.

mod kinds;
mod steps;
mod tree;
mod triggers;
mod words;
mod workflow;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::model::Workflow;
use clap::Args;
use serde_json::json;

use self::tree::Tree;
use super::client::decode;
use super::{CliError, Context, arguments, checked, shapes, validate};

/// What `bellhop explain` takes.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A workflow file, or the name of a deployed workflow
    #[arg(value_name = "NAME|FILE")]
    what: String,
}

pub(super) async fn run(args: &ExplainArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let output = context.output;
    let workflow = match file(&args.what) {
        Some(path) => {
            let files = checked::check(&[path])?;
            if files.iter().any(|file| file.workflow().is_none()) {
                validate::print_mistakes(&files, context);
                return Err(CliError::failed(format!("{} cannot be explained: it has mistakes", args.what)));
            }
            let yaml = files.into_iter().next().map(|file| file.yaml).unwrap_or_default();
            parse(&yaml)?
        }
        None => deployed(&args.what, context).await?,
    };
    let tree = workflow::explain(&workflow);
    if output.is_json() {
        output.json(&json!({ "workflow": workflow.name, "tree": tree }))?;
    } else {
        output.line(&tree.render(output.paint()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The path, where the word is one rather than a name: a workflow's name has neither a dot nor a slash.
fn file(word: &str) -> Option<PathBuf> {
    let path = Path::new(word);
    (word.contains(['.', '/', '\\']) || path.is_file()).then(|| path.to_owned())
}

async fn deployed(name: &str, context: &Context<'_>) -> Result<Workflow, CliError> {
    let name = arguments::workflow_name(name).map_err(|rule| {
        CliError::usage(format!("`{name}` is neither a file nor a workflow's name: {rule}"))
    })?;
    let answer = context.client()?.get(&["workflows", name.as_str()], &[]).await?;
    let workflow: shapes::Workflow = decode(&answer)?;
    parse(&workflow.yaml.unwrap_or_default())
}

fn parse(yaml: &str) -> Result<Workflow, CliError> {
    bellhop_workflow::parse(yaml, catalogue()).map(|parsed| parsed.workflow).map_err(|diagnostics| {
        let first = diagnostics.first().map(|one| one.message.clone()).unwrap_or_default();
        CliError::failed(format!("this version of Bellhop does not understand the workflow: {first}"))
    })
}

/// A point of the tree, without anything below it.
fn leaf(text: impl Into<String>) -> Tree {
    Tree::new(text)
}
