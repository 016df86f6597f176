//! Starts and stops `bellhop serve`.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::{Database, ProcessStat, Rest};
use crate::error::BenchError;
use crate::load::Connection;

/// How long a start may take, also with millions of rows.
const START: Duration = Duration::from_mins(1);
/// How long a stop may take.
const STOP: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(1);

/// What a server is started with, and where its files are.
pub(crate) struct Site {
    pub(crate) binary: PathBuf,
    pub(crate) data_dir: PathBuf,
    pub(crate) close_api_base: String,
    pub(crate) close_api_key: String,
}

/// A server that runs. Killed where it is dropped without being stopped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    data_dir: PathBuf,
    started_in: Duration,
}

impl Server {
    /// Starts it with the settings it is shipped with, and waits until it has answered a request.
    pub(crate) async fn start(site: &Site) -> Result<Self, BenchError> {
        fs::create_dir_all(&site.data_dir).map_err(BenchError::io("making the data directory"))?;
        let address = free_address()?;
        let log_file = site.data_dir.join("log");
        let log = File::create(&log_file).map_err(BenchError::io("making the server's log file"))?;
        let begun = Instant::now();
        let child = Command::new(&site.binary)
            .arg("serve")
            .env_clear()
            .env("BELLHOP_LISTEN", address.to_string())
            .env("BELLHOP_DATA_DIR", &site.data_dir)
            .env("BELLHOP_CLOSE_API_BASE", &site.close_api_base)
            .env("CLOSE_API_KEY", &site.close_api_key)
            // In a minute there are more than are kept, and it is looked whether any is missing.
            .env("BELLHOP_RETENTION_ROWS", "off")
            // The HTTP step calls the bare server, on this machine.
            .env("BELLHOP_HTTP_ALLOW_PRIVATE", "true")
            .current_dir(&site.data_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(BenchError::io(format!("starting {}", site.binary.display())))?;
        let answered = tokio::time::timeout(START, first_answer(address)).await;
        answered.map_err(|_| BenchError::NotUp {
            what: "the server",
            seconds: START.as_secs(),
            log: last_lines(&log_file),
        })?;
        Ok(Self { child, address, data_dir: site.data_dir.clone(), started_in: begun.elapsed() })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From the start of the process to the first answer.
    pub(crate) const fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Its REST interface.
    pub(crate) fn rest(&self) -> Result<Rest, BenchError> {
        let token = fs::read_to_string(self.data_dir.join("api-token"));
        let token = token.map_err(BenchError::io("reading the server's token"))?;
        Rest::new(self.address, token.trim())
    }

    /// Its database.
    pub(crate) async fn database(&self) -> Result<Database, BenchError> {
        Database::open(&database_file(&self.data_dir)).await
    }

    /// Its process.
    pub(crate) fn process(&self) -> Result<ProcessStat, BenchError> {
        Ok(ProcessStat::of(self.pid()?.as_raw_nonzero().get()))
    }

    /// Stops it as an operator would, and waits for it.
    pub(crate) async fn stop(mut self) -> Result<(), BenchError> {
        kill_process(self.pid()?, Signal::TERM)
            .map_err(|error| BenchError::io("stopping the server")(error.into()))?;
        let ended = tokio::time::timeout(STOP, self.child.wait()).await;
        let status = ended
            .map_err(|_| BenchError::Wrong(format!("the server did not stop within {STOP:?} of SIGTERM")))?
            .map_err(BenchError::io("waiting for the server"))?;
        if status.success() {
            return Ok(());
        }
        let log = last_lines(&self.data_dir.join("log"));
        Err(BenchError::Wrong(format!("the server ended with {status}; its log ends with:\n{log}")))
    }

    fn pid(&self) -> Result<Pid, BenchError> {
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        pid.ok_or_else(|| BenchError::Wrong("the server has ended on its own".to_owned()))
    }
}

/// Where the server keeps its database.
pub(crate) fn database_file(data_dir: &Path) -> PathBuf {
    data_dir.join("bellhop.db")
}

/// A port that was free a moment ago. The server is told of it, so that it can be asked from its first instant on.
fn free_address() -> Result<SocketAddr, BenchError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(BenchError::io("looking for a free port"))
}

/// Asks until there is an answer.
async fn first_answer(address: SocketAddr) {
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\n\r\n");
    loop {
        if let Ok(mut connection) = Connection::open(address).await
            && matches!(connection.exchange(request.as_bytes()).await, Ok(200))
        {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
