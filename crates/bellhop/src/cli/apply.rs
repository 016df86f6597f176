//! `bellhop apply`: makes the server's workflows what the files say.
//!
//! Nothing is sent unless every file is good. After that each workflow stands for itself: one that the server refuses
//! does not keep the others back.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::WorkflowName;
use clap::Args;
use reqwest::Method;
use reqwest::header::IF_MATCH;
use serde_json::{Value, json};

use super::checked::{self, CheckedFile};
use super::client::{Body, Client, decode};
use super::output::paint::Tone;
use super::progress::Progress;
use super::shapes::Workflow;
use super::{CliError, Context, activate, diagnostics, validate};

/// What `bellhop apply` takes.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// Workflow files, or directories with such files
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// Activate the workflows that are not active
    #[arg(long)]
    activate: bool,
}

/// What became of a workflow.
#[derive(Debug, Clone, Copy)]
enum Change {
    Created,
    Updated,
    Unchanged,
}

impl Change {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Created | Self::Updated => Tone::Good,
            Self::Unchanged => Tone::Dim,
        }
    }
}

pub(super) async fn run(args: &ApplyArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let files = checked::check(&args.paths)?;
    let good = good_files(&files, context)?;
    let client = context.client()?;
    let width = good.iter().map(|(name, _)| name.as_str().len()).max().unwrap_or(0);
    let mut entries = Vec::new();
    let mut code = ExitCode::SUCCESS;
    let progress = Progress::new(context.output);
    progress.begin_parts("applying", good.len());
    for (name, file) in good {
        let applied = apply(&client, name, file, args.activate).await;
        progress.part_done();
        match applied {
            Ok((change, answer)) => {
                let workflow: Workflow = decode(&answer)?;
                if !context.output.is_json() {
                    progress.aside(|| report(change, &workflow, file, width, args.activate, context))?;
                }
                entries.push(json!({ "file": file.name(), "result": change.as_str(), "workflow": answer }));
            }
            Err(error) if is_of_one_workflow(&error) => {
                code = ExitCode::FAILURE;
                if !context.output.is_json() {
                    progress.aside(|| context.output.note(&error.render(context.output, &file.name())));
                }
                let mut entry = json!({ "file": file.name(), "result": "failed" });
                entry["failure"] = error.to_json();
                entries.push(entry);
            }
            Err(error) => return Err(error),
        }
    }
    drop(progress);
    if context.output.is_json() {
        context.output.json(&json!({ "items": entries }))?;
    }
    Ok(code)
}

/// The files with their workflows' names, or why nothing is applied at all.
fn good_files<'a>(
    files: &'a [CheckedFile],
    context: &Context<'_>,
) -> Result<Vec<(&'a WorkflowName, &'a CheckedFile)>, CliError> {
    if !context.output.is_json() {
        validate::print_mistakes(files, context);
    }
    let good: Vec<_> = files.iter().filter_map(|file| Some((file.workflow()?, file))).collect();
    if good.len() < files.len() {
        let bad = files.len() - good.len();
        let message = format!("nothing was applied: {bad} of {} files cannot be used", files.len());
        return Err(CliError::failed(message).with_help("`bellhop validate` shows what is wrong with them"));
    }
    let mut first: HashMap<&WorkflowName, &CheckedFile> = HashMap::new();
    for (name, file) in &good {
        if let Some(other) = first.insert(name, file) {
            let (one, two) = (other.name(), file.name());
            let message = format!("nothing was applied: {one} and {two} both hold the workflow `{name}`");
            return Err(
                CliError::failed(message).with_help("a workflow's name is its own: change one of them")
            );
        }
    }
    Ok(good)
}

/// Brings one workflow to the server; answers with what changed, and the workflow as the server has it now.
async fn apply(
    client: &Client,
    name: &WorkflowName,
    file: &CheckedFile,
    activate: bool,
) -> Result<(Change, Value), CliError> {
    let path = ["workflows", name.as_str()];
    let yaml = || Body::Yaml(file.yaml.clone());
    let (change, mut answer) = match client.send(Method::GET, &path, &[], Body::Empty, None).await {
        Ok(present) if present.body.get("yaml").and_then(Value::as_str) == Some(&file.yaml) => {
            (Change::Unchanged, present.body)
        }
        Ok(present) => {
            // What somebody else changes between the two calls is not overwritten unseen.
            let condition = present.tag.map(|tag| (IF_MATCH, tag));
            let updated = client.send_if(Method::PUT, &path, &[], yaml(), None, condition).await;
            (Change::Updated, updated.map_err(changed_meanwhile)?.body)
        }
        Err(error) if error.status() == Some(404) => {
            (Change::Created, client.post(&["workflows"], yaml()).await?)
        }
        Err(error) => return Err(error),
    };
    if activate && answer.get("state").and_then(Value::as_str) != Some("active") {
        let remarks = answer.get("diagnostics").cloned();
        let activated = client.post(&["workflows", name.as_str(), "activate"], Body::Empty).await;
        answer = activated.map_err(|error| match change {
            Change::Unchanged => error,
            Change::Created | Change::Updated => error.with_help(format!(
                "the workflow is {} but not active; once that is mended: bellhop activate {name}",
                change.as_str()
            )),
        })?;
        // Activation has nothing to say about the text, so what was said as it was stored still stands.
        if let (Some(remarks), Some(workflow)) = (remarks, answer.as_object_mut()) {
            workflow.entry("diagnostics").or_insert(remarks);
        }
    }
    Ok((change, answer))
}

fn changed_meanwhile(error: CliError) -> CliError {
    if error.status() == Some(412) {
        return error
            .with_help("somebody else has just changed it: `bellhop diff` shows how, then apply again");
    }
    error
}

/// Whether the next workflow may fare better: not where the server is away, or refuses the token.
fn is_of_one_workflow(error: &CliError) -> bool {
    error.status().is_some_and(|status| !matches!(status, 401 | 403))
}

fn report(
    change: Change,
    workflow: &Workflow,
    file: &CheckedFile,
    width: usize,
    activated: bool,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let (output, paint) = (context.output, context.output.paint());
    let result = paint.tone(change.tone(), &format!("{:<9}", change.as_str()));
    let state = paint.tone(Tone::of(&workflow.state), &workflow.state);
    output.line(&format!("{result}  {:<width$}  version {}, {state}", workflow.name, workflow.version))?;
    if activated {
        for line in activate::registered(workflow) {
            output.line(&line)?;
        }
    }
    // What the server knows beyond the file: for instance that a credential is not there.
    let remarks = workflow.diagnostics.iter().filter_map(diagnostics::read);
    let news: Vec<Diagnostic> = remarks.filter(|remark| !file.diagnostics.contains(remark)).collect();
    if !news.is_empty() {
        output.note(&diagnostics::render(&news, &file.name(), output.paint_errors()));
    }
    Ok(())
}
