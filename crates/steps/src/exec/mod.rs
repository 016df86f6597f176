//! `exec`: a command on the server, where the operator has switched that on (`allow_exec`). There is no shell: program
//! and arguments are what they are. Gives `{stdout, stderr, exit_code}`.
//!
//! The command gets nothing of the server's environment but `PATH`, `HOME` and `LANG`. When its time is up, or nobody
//! waits for it any more, it is killed with all that it started (but what made itself a session of its own).

mod command;
mod group;

use std::process::{ExitStatus, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin};

use self::command::Command;
use self::group::Group;
use crate::StepFailure;

/// The most that is read of each of the two outputs.
const LARGEST_OUTPUT: usize = 1024 * 1024;

/// How much of its complaint a message quotes, in characters.
const LONGEST_QUOTE: usize = 500;

/// What a command is handed down of the server's environment.
const HANDED_DOWN: [&str; 3] = ["PATH", "HOME", "LANG"];

/// Runs the command to its end.
pub(crate) async fn run(allowed: bool, input: &Value) -> Result<Value, StepFailure> {
    let command = Command::read(input)?;
    if !allowed {
        return Err(StepFailure::not_allowed(
            "`exec` is switched off on this server; the operator can set `allow_exec = true`",
        ));
    }
    let mut child = start(&command)?;
    let group = Group::of(&child);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());

    let ended = async {
        let status = child.wait().await.map_err(|error| broken(&command, &error));
        // What it left behind would keep the outputs open.
        drop(group);
        status
    };
    let (status, (), stdout, stderr) = tokio::try_join!(
        ended,
        feed(stdin, command.stdin.as_deref()),
        read(&command, "stdout", stdout),
        read(&command, "stderr", stderr),
    )?;
    report(&command, status, &stdout, &stderr)
}

fn start(command: &Command) -> Result<Child, StepFailure> {
    if let Some(directory) = command.directory.as_deref().filter(|directory| !directory.is_dir()) {
        return Err(StepFailure::invalid_input(format!(
            "`cwd`: there is no directory {}",
            directory.display()
        )));
    }
    let mut process = tokio::process::Command::new(&command.program);
    process.args(&command.arguments).env_clear();
    for name in HANDED_DOWN {
        if let Some(value) = std::env::var_os(name) {
            process.env(name, value);
        }
    }
    process.envs(&command.environment);
    if let Some(directory) = &command.directory {
        process.current_dir(directory);
    }
    let stdin = if command.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    process.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    process.spawn().map_err(|error| {
        StepFailure::invalid_input(format!("`{}` cannot be started: {error}", command.program))
    })
}

/// Writes the input. A program that does not want it is no failure.
async fn feed(stdin: Option<ChildStdin>, text: Option<&str>) -> Result<(), StepFailure> {
    if let (Some(mut stdin), Some(text)) = (stdin, text) {
        let _ = stdin.write_all(text.as_bytes()).await;
    }
    Ok(())
}

/// Reads an output to its end; more than a step may give is a failure at once, which ends the command.
async fn read(
    command: &Command,
    name: &str,
    output: Option<impl AsyncRead + Unpin>,
) -> Result<String, StepFailure> {
    let mut bytes = Vec::new();
    if let Some(output) = output {
        let room = u64::try_from(LARGEST_OUTPUT).unwrap_or(u64::MAX).saturating_add(1);
        output.take(room).read_to_end(&mut bytes).await.map_err(|error| broken(command, &error))?;
    }
    if bytes.len() > LARGEST_OUTPUT {
        let mebibytes = LARGEST_OUTPUT / 1024 / 1024;
        return Err(StepFailure::large_output(format!(
            "`{}` wrote more than {mebibytes} MiB to its {name}",
            command.program
        )));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn report(command: &Command, status: ExitStatus, stdout: &str, stderr: &str) -> Result<Value, StepFailure> {
    match status.code() {
        Some(code) if command.expected.contains(&code) => {
            Ok(json!({ "stdout": stdout, "stderr": stderr, "exit_code": code }))
        }
        _ => {
            let complaint = if stderr.trim().is_empty() { stdout } else { stderr };
            let end = tail(complaint.trim());
            let colon = if end.is_empty() { "" } else { ": " };
            // In the system's words: `exit status: 2`, `signal: 9 (SIGKILL)`.
            Err(StepFailure::exit_code(format!("`{}` ended with {status}{colon}{end}", command.program)))
        }
    }
}

/// The end of a long complaint, which is where programs say what the matter was.
fn tail(text: &str) -> String {
    match text.chars().count().checked_sub(LONGEST_QUOTE) {
        None | Some(0) => text.to_owned(),
        Some(over) => format!("…{}", text.chars().skip(over).collect::<String>()),
    }
}

fn broken(command: &Command, error: &std::io::Error) -> StepFailure {
    StepFailure::exit_code(format!("`{}` was lost sight of: {error}", command.program))
}
