//! `bellhop init`: a first workflow, made by asking.
//!
//! Every question is an argument too: what was given is not asked for, and without a terminal nothing is.
//!
//! # Adding a thing that starts a workflow, or that it does
//! 1. A variant of [`On`] or [`Does`], with its words in `ask.rs`.
//! 2. Its lines in `draft.rs`, and an event for it in `sample.rs`.
//! 3. A story in `tests/it/cli/init.rs`.

mod ask;
mod choose;
mod draft;
mod sample;
mod write;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bellhop_workflow::ids::WorkflowName;
use clap::{Args, ValueEnum};
use serde_json::json;
use url::Url;

use self::ask::Asker;
use self::draft::Draft;
use super::{CliError, Context, arguments};
use crate::hosts::is_of_this_machine;

/// What is known of the workflow already.
#[derive(Debug, Args)]
#[command(after_help = "\
On a terminal it asks for what is not given. In a script, for instance:
  bellhop init new-lead --event lead.created --does log
  bellhop init tell-sales --event opportunity.status_change --does message --url https://hooks.slack.com/…
  bellhop init morning --cron '0 9 * * 1-5' --timezone Europe/Berlin --does log
It writes NAME.yaml, the tests beside it, and an event to try it with; no file that is there is touched.")]
pub struct InitArgs {
    /// The workflow's name
    #[arg(value_parser = arguments::workflow_name)]
    name: Option<WorkflowName>,
    /// What starts it; --event, --cron and --every say so as well
    #[arg(long, value_name = "WHAT")]
    on: Option<On>,
    /// The event of Close that starts it, such as lead.created; `bellhop catalog events` lists them
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["cron", "every"])]
    event: Option<String>,
    /// The times at which it starts, as in a crontab: '0 9 * * 1-5'
    #[arg(long, value_name = "TIMES", conflicts_with = "every")]
    cron: Option<String>,
    /// How often it starts: 15m, 2h
    #[arg(long, value_name = "INTERVAL")]
    every: Option<String>,
    /// The time zone of --cron, such as Europe/Berlin; UTC where it is left out
    #[arg(long, value_name = "ZONE", requires = "cron")]
    timezone: Option<String>,
    /// What it does first
    #[arg(long, value_name = "WHAT")]
    does: Option<Does>,
    /// Where to, with --does message or post
    #[arg(long, value_name = "URL", value_parser = address)]
    url: Option<Url>,
    /// The directory to write to
    #[arg(long, value_name = "DIR", default_value = "workflows")]
    dir: PathBuf,
}

/// What starts a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum On {
    /// Something happens in Close
    Close,
    /// A time comes
    Schedule,
    /// Anybody's program sends a webhook
    Webhook,
    /// Somebody starts it by hand
    Manual,
}

/// What a workflow does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Does {
    /// Logs a line
    Log,
    /// Sends a message to a chat that takes {"text": …}, as Slack's incoming webhooks do
    Message,
    /// Sends the event to a URL, as JSON
    Post,
}

/// Reads the address that something is sent to.
fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.filter(Url::has_host).ok_or_else(|| "expected an http or https URL".to_owned())
}

pub(super) fn run(args: &InitArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    choose::consistent(args)?;
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    let draft = if asks {
        let (mut input, mut out) = (io::stdin().lock(), io::stderr().lock());
        let mut asker = Asker::new(&mut input, &mut out, context.output.paint_errors());
        choose::asking(args, &mut asker)?
    } else {
        choose::given(args)?
    };
    let files = write::write(&draft, &args.dir, context)?;
    let next = next_steps(&draft, &files);
    let output = context.output;
    if output.is_json() {
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let next: Vec<&str> = next.iter().map(|(command, _)| command.as_str()).collect();
        output.json(&json!({ "name": draft.name.as_str(), "files": files, "next": next }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for file in &files {
        output.line(&format!("{} {}", output.paint().good("made"), file.display()))?;
    }
    if draft.url.as_ref().is_some_and(is_of_this_machine) {
        output.note(
            "the URL is of this machine, which steps may reach only where the server is started with \
             BELLHOP_HTTP_ALLOW_PRIVATE=true",
        );
    }
    let width = next.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    output.note("\nnext:");
    for (command, why) in &next {
        output.note(&format!("  {command:<width$}  {}", output.paint_errors().dim(why)));
    }
    Ok(ExitCode::SUCCESS)
}

/// The commands that lead on from here, each with what it is for.
fn next_steps(draft: &Draft, files: &[PathBuf]) -> Vec<(String, &'static str)> {
    let name = &draft.name;
    let path = |index: usize| files.get(index).map(|file| file.display().to_string()).unwrap_or_default();
    let mut next = vec![
        (format!("bellhop test {}", path(0)), "runs its tests, without a server"),
        ("bellhop serve".to_owned(), "starts a server, in another terminal"),
        (format!("bellhop apply {}", path(0)), "gives it to the server"),
    ];
    let run = if files.len() > 2 {
        format!("bellhop run {name} --event {} --wait", path(2))
    } else {
        format!("bellhop run {name} --wait")
    };
    next.push((run, "starts it by hand, once"));
    if draft.on() == On::Close {
        next.push(("bellhop credentials set close --kind close".to_owned(), "takes the API key of Close"));
    }
    if draft.on() != On::Manual {
        next.push((format!("bellhop activate {name}"), "switches it on"));
    }
    next
}

/// The workflow's file in the directory.
fn workflow_file(dir: &Path, name: &WorkflowName) -> PathBuf {
    dir.join(format!("{name}.yaml"))
}
