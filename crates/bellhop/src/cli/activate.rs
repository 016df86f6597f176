//! `bellhop activate` and `bellhop deactivate`.

use std::process::ExitCode;

use bellhop_workflow::ids::WorkflowName;
use clap::Args;

use super::client::{Body, decode};
use super::output::paint::Tone;
use super::shapes::Workflow;
use super::{CliError, Context, arguments};

/// What `bellhop activate` and `bellhop deactivate` take.
#[derive(Debug, Args)]
pub struct ActivateArgs {
    /// The workflow's name
    #[arg(value_parser = arguments::workflow_name)]
    name: WorkflowName,
}

pub(super) async fn activate(args: &ActivateArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    switch(args, "activate", "active", context).await
}

pub(super) async fn deactivate(args: &ActivateArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    switch(args, "deactivate", "inactive", context).await
}

async fn switch(
    args: &ActivateArgs,
    verb: &str,
    wanted: &str,
    context: &Context<'_>,
) -> Result<ExitCode, CliError> {
    let answer = context.client()?.post(&["workflows", args.name.as_str(), verb], Body::Empty).await?;
    let workflow: Workflow = decode(&answer)?;
    let output = context.output;
    if output.is_json() {
        output.json(&answer)?;
    } else {
        let state = output.paint().tone(Tone::of(&workflow.state), &workflow.state);
        output.line(&format!("{} is {state}", workflow.name))?;
        for line in registered(&workflow) {
            output.line(&line)?;
        }
    }
    Ok(if workflow.state == wanted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What each trigger of an active workflow has now, a line each.
pub(super) fn registered(workflow: &Workflow) -> Vec<String> {
    if workflow.state == "inactive" {
        return Vec::new();
    }
    let at_vendor = |trigger: &str| {
        let mut registrations = workflow.registrations.iter();
        registrations
            .find(|registration| registration.trigger == trigger && registration.webhook_id.is_some())
    };
    let line = |trigger: &super::shapes::Trigger| {
        let registration = at_vendor(&trigger.id);
        let url = registration.and_then(|it| it.hook_url.as_deref()).or(trigger.hook_url.as_deref())?;
        Some(match registration.and_then(|it| Some((it.provider.as_str(), it.webhook_id.as_deref()?))) {
            Some((provider, id)) => {
                format!("  {}: {provider} sends to {url} (subscription {id})", trigger.id)
            }
            None => format!("  {}: send to {url}", trigger.id),
        })
    };
    workflow
        .triggers
        .iter()
        .filter_map(line)
        .map(|line| super::output::text::harmless(&line).into_owned())
        .collect()
}
