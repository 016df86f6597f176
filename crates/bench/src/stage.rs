//! Where measurements are made: a simulated Close, and for each measurement a server on a fresh database.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use close_simulator::{Simulator, SimulatorConfig};
use rustix::fs::statfs;
use tempfile::TempDir;

use crate::args::RunArguments;
use crate::error::BenchError;
use crate::load::{Signing, Target};
use crate::server::{Database, Rest, Server, Site, Standing};
use crate::workflows::Measured;

const CLOSE_API_KEY: &str = "api_bench.4tQy9Zb2LrW8kHs0VnXc1D";
/// `TMPFS_MAGIC` of statfs(2).
const TMPFS: u64 = 0x0102_1994;
/// How long a backlog may stay as it is before the server counts as stuck.
const STUCK: Duration = Duration::from_secs(30);
/// How often it is looked whether a backlog is gone.
const LOOK: Duration = Duration::from_millis(20);

/// What all measurements share.
pub(crate) struct Stage {
    close: Simulator,
    binary: PathBuf,
    directory: TempDir,
    sites: Cell<u32>,
}

/// A server with one active workflow.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) rest: Rest,
    pub(crate) database: Database,
    pub(crate) target: Target,
    site: Site,
}

impl Stage {
    pub(crate) async fn set(arguments: &RunArguments) -> Result<Self, BenchError> {
        let binary = arguments.server.clone().map_or_else(beside_this_program, Ok)?;
        let binary = fs::canonicalize(&binary).map_err(|_| BenchError::NoServer(binary))?;
        let directory = on_a_disk(&arguments.dir)?;
        let close = Simulator::start(SimulatorConfig::for_tests(CLOSE_API_KEY)).await?;
        Ok(Self { close, binary, directory, sites: Cell::new(0) })
    }

    /// Where the databases are.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A place for a server that is not there yet.
    pub(crate) fn site(&self) -> Site {
        self.sites.set(self.sites.get() + 1);
        Site {
            binary: self.binary.clone(),
            data_dir: self.directory.path().join(self.sites.get().to_string()),
            close_api_base: self.close.base_url(),
            close_api_key: CLOSE_API_KEY.to_owned(),
        }
    }

    /// Starts a server on a fresh database and activates a workflow on it.
    pub(crate) async fn open(&self, workflow: &Measured) -> Result<Scene, BenchError> {
        let site = self.site();
        let server = Server::start(&site).await?;
        let rest = server.rest()?;
        let hook_id = rest.activate(&workflow.name, workflow.yaml.clone()).await?;
        let target = Target {
            address: server.address(),
            key: self.key_of(&hook_id)?,
            hook_id,
            signing: Signing::Genuine,
        };
        Scene::of(site, server, target).await
    }

    /// The key that Close gave to the subscription of a hook.
    fn key_of(&self, hook_id: &str) -> Result<Vec<u8>, BenchError> {
        let subscriptions = self.close.subscriptions();
        let subscription = subscriptions.iter().find(|one| one.url.contains(hook_id));
        let key = subscription.and_then(|one| hex::decode(&one.signature_key).ok());
        key.ok_or_else(|| BenchError::Wrong("the workflow has no subscription at Close".to_owned()))
    }

    pub(crate) async fn strike(self) {
        self.close.stop().await;
    }
}

impl Scene {
    async fn of(site: Site, server: Server, target: Target) -> Result<Self, BenchError> {
        let (rest, database) = (server.rest()?, server.database().await?);
        Ok(Self { server, rest, database, target, site })
    }

    /// Waits until everything is finished, and makes sure that what was acknowledged since `before` has run well, once.
    pub(crate) async fn settle(&self, before: Standing, acknowledged: u64) -> Result<(), BenchError> {
        let mut last = (Instant::now(), u64::MAX);
        loop {
            let standing = self.database.standing().await?;
            if standing.unfinished == 0 {
                break;
            }
            if standing.unfinished != last.1 {
                last = (Instant::now(), standing.unfinished);
            } else if last.0.elapsed() > STUCK {
                let unfinished = standing.unfinished;
                return Err(BenchError::Wrong(format!("{unfinished} executions do not end")));
            }
            tokio::time::sleep(LOOK).await;
        }
        let (all, succeeded) = self.database.succeeded_after(before.started).await?;
        if (all, succeeded) == (acknowledged, acknowledged) {
            return Ok(());
        }
        Err(BenchError::Wrong(format!(
            "{acknowledged} deliveries were acknowledged, {all} executions came of them, and {succeeded} succeeded"
        )))
    }

    /// Stops the server; where its files are, for one that goes on with them.
    pub(crate) async fn stop(self) -> Result<(Site, Target), BenchError> {
        self.database.close().await;
        self.server.stop().await?;
        Ok((self.site, self.target))
    }

    /// Stops the server and removes its files.
    pub(crate) async fn strike(self) -> Result<(), BenchError> {
        let (site, _) = self.stop().await?;
        fs::remove_dir_all(&site.data_dir).map_err(BenchError::io("removing a server's files"))
    }

    /// Starts the server again on its files.
    pub(crate) async fn reopen(site: Site, target: Target) -> Result<Self, BenchError> {
        let server = Server::start(&site).await?;
        let target = Target { address: server.address(), ..target };
        Self::of(site, server, target).await
    }
}

fn beside_this_program() -> Result<PathBuf, BenchError> {
    let this = std::env::current_exe().map_err(BenchError::io("looking for this program"))?;
    Ok(this.with_file_name("bellhop"))
}

fn on_a_disk(directory: &Path) -> Result<TempDir, BenchError> {
    let failed = || BenchError::io(format!("making a directory in {}", directory.display()));
    fs::create_dir_all(directory).map_err(failed())?;
    // The server runs in its data directory, so that a path relative to this one would lead it astray.
    let directory = fs::canonicalize(directory).map_err(failed())?;
    let system = statfs(&directory).map_err(|error| failed()(error.into()))?;
    // Its type is another one on each system.
    if u64::try_from(system.f_type).is_ok_and(|kind| kind == TMPFS) {
        return Err(BenchError::InMemory(directory));
    }
    tempfile::Builder::new().prefix("bellhop-bench-").tempdir_in(&directory).map_err(failed())
}
