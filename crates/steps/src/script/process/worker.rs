//! The server's end of one process for scripts.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::SCRIPT_WORKER;
use super::frame::{self, LONGEST_REPORT, PREFIX, TAKEN};
use crate::script::job::Report;
use crate::script::lost::Lost;

/// A process that runs one script at a time. It is killed when this goes.
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What came of asking a worker.
pub(super) enum Answer {
    Report(Report),
    /// It ended before it had the whole job.
    NotTaken(ExitStatus),
    /// It ended before it had answered.
    Ended(ExitStatus),
}

impl Worker {
    /// Starts one. It gets nothing of this process: no variables, no descriptors but its two pipes, and no signals
    /// that are meant for the server's process group, such as Ctrl-C.
    pub(super) fn start(program: &Path) -> Result<Self, Lost> {
        let mut child = Command::new(program)
            .arg(SCRIPT_WORKER)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(Lost::NotStarted)?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output: BufReader::new(output) }),
            _ => Err(Lost::NotStarted(io::Error::other("it has no pipes"))),
        }
    }

    /// Has it run the job in the frame. Whoever does not wait for the answer has to drop the worker.
    pub(super) async fn ask(&mut self, job: &[u8]) -> Result<Answer, Lost> {
        // That the pipe took the job says nothing: of a process that is ending, the pipe may still be open.
        if self.input.write_all(job).await.is_err() || !self.took().await? {
            return Ok(Answer::NotTaken(self.end().await?));
        }
        match self.report().await {
            Ok(report) => Ok(Answer::Report(report)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Ok(Answer::Ended(self.end().await?))
            }
            Err(error) => Err(Lost::Garbled(error)),
        }
    }

    async fn took(&mut self) -> Result<bool, Lost> {
        match self.output.read_u8().await {
            Ok(TAKEN) => Ok(true),
            Ok(_) => Err(Lost::Garbled(io::ErrorKind::InvalidData.into())),
            Err(_) => Ok(false),
        }
    }

    async fn report(&mut self) -> io::Result<Report> {
        let mut prefix = [0; PREFIX];
        self.output.read_exact(&mut prefix).await?;
        let mut content = vec![0; frame::length(prefix, LONGEST_REPORT)?];
        self.output.read_exact(&mut content).await?;
        frame::decode(&content)
    }

    async fn end(&mut self) -> Result<ExitStatus, Lost> {
        self.child.wait().await.map_err(Lost::Garbled)
    }
}
