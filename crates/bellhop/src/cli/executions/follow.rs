//! `bellhop executions follow`: what happens, as it happens.

use std::process::ExitCode;
use std::time::Duration;

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::lines::Lines;
use super::sse::{Reader, Received};
use crate::cli::client::Client;
use crate::cli::lists::parameters;
use crate::cli::{CliError, Context, arguments};

/// A server that says nothing for so long, not even that the connection is alive, is gone.
const SILENCE: Duration = Duration::from_mins(1);
/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often to ask a server that cannot be reached any more, before giving up.
const TRIES: u32 = 30;

/// What is followed.
#[derive(Debug, Args)]
#[command(
    after_help = "It goes on where it was when the connection was lost. With an id it ends with the execution, and \
    fails if that has failed; without one it goes on until it is ended with Ctrl-C."
)]
pub struct FollowArgs {
    /// The execution's id; all of them where there is none
    #[arg(value_parser = arguments::id::<ExecutionId>)]
    id: Option<ExecutionId>,
    /// Only those of this workflow
    #[arg(long, value_name = "NAME", conflicts_with = "id", value_parser = arguments::workflow_name)]
    workflow: Option<WorkflowName>,
    /// Only that an execution comes to this status, and nothing of its steps
    #[arg(long, conflicts_with = "id")]
    #[arg(value_parser = PossibleValuesParser::new(ExecutionStatus::ALL.map(ExecutionStatus::as_str)))]
    status: Option<String>,
}

/// Why a stream has come to its end.
enum End {
    /// There is no more to come.
    Done,
    /// The connection has, or the server: there may be more.
    Cut,
}

pub(super) async fn follow(args: &FollowArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let workflow = args.workflow.as_ref().map(WorkflowName::to_string);
    let query = parameters([("workflow", workflow), ("status", args.status.clone())]);
    let id = args.id.map(|id| id.to_string());
    let path = match &id {
        Some(id) => vec!["executions", id, "stream"],
        None => vec!["executions", "stream"],
    };
    let mut following = Following {
        client: context.client()?,
        context,
        reader: Reader::default(),
        lines: Lines::new(context.output.paint(), id.is_some()),
        one: id.is_some(),
        ended: None,
    };
    let mut tries = 0;
    loop {
        let last = following.reader.last_id.clone();
        match following.read(&path, &query).await {
            Ok(End::Done) => break,
            Ok(End::Cut) => tries = 0,
            // A first time that fails is a mistake, or no server.
            Err(error) if last.is_none() || error.status().is_some_and(|status| status < 500) => {
                return Err(error);
            }
            Err(error) if tries >= TRIES => return Err(error),
            Err(_) => tries += 1,
        }
        context.output.note("the connection was lost; asking again");
        tokio::time::sleep(PAUSE).await;
    }
    let is_well =
        following.ended.as_deref().is_none_or(|status| status == ExecutionStatus::Succeeded.as_str());
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Following<'a> {
    client: Client,
    context: &'a Context<'a>,
    reader: Reader,
    lines: Lines,
    /// Whether it is about a single execution.
    one: bool,
    /// How that has ended.
    ended: Option<String>,
}

impl Following<'_> {
    async fn read(&mut self, path: &[&str], query: &[(&str, String)]) -> Result<End, CliError> {
        let last = self.reader.last_id.clone();
        // What was cut short comes again.
        self.reader = Reader::after(last.clone());
        let Some(mut stream) = self.client.open(path, query, last.as_deref()).await? else {
            return Ok(End::Done);
        };
        while let Ok(Ok(Some(piece))) = tokio::time::timeout(SILENCE, stream.chunk()).await {
            for event in self.reader.read(&piece) {
                self.show(&event)?;
            }
        }
        Ok(if self.ended.is_some() { End::Done } else { End::Cut })
    }

    fn show(&mut self, event: &Received) -> Result<(), CliError> {
        let data: Value = serde_json::from_str(&event.data)
            .map_err(|_| self.client.not_bellhop("sent an event that is not JSON"))?;
        let status = data["status"].as_str().and_then(|word| word.parse::<ExecutionStatus>().ok());
        if self.one && event.name == "execution" && status.is_some_and(ExecutionStatus::is_final) {
            self.ended = status.map(|status| status.to_string());
        }
        let output = self.context.output;
        if output.is_json() {
            // One a line, so that a program can read them as they come.
            return Ok(output.line(&json!({ "event": event.name, "data": data }).to_string())?);
        }
        for line in self.lines.of(&event.name, &data)? {
            output.line(&line)?;
        }
        Ok(())
    }
}
