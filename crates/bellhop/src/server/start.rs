//! Wires the parts together and runs them until they are stopped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bellhop_api::{ApiParts, ApiState, ApiToken, DEFAULT_BODY_TIMEOUT};
use bellhop_executor::{Executor, ExecutorParts, StoredCredentials};
use bellhop_steps::StepRunner;
use bellhop_storage::{CredentialStore, Dialect, NodeId, Store, StoreError};
use bellhop_trigger::catalogue::catalogue;
use bellhop_trigger::close::CloseApi;
use bellhop_trigger::hooks::HookTable;
use bellhop_trigger::lifecycle::{Lifecycle, LifecycleParts};
use bellhop_vault::{KeyError, MasterKey, Redactor, Secret};
use bellhop_workflow::time::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::files::{self, FileError, KEY_FILE, Lock, TOKEN_FILE};
use super::refresh::keep_fresh;
use super::workflows;
use crate::config::{ConfigError, Settings, credentials_from_environment};

/// How long running executions may go on after the server was asked to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file of the server's own cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The master key is none.
    #[error("the master key cannot be used: {0}")]
    Key(#[from] KeyError),
    /// The database cannot be used.
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// A workflow of the workflows directory cannot be applied.
    #[error("{0}")]
    Workflows(String),
    /// Something else that a start needs.
    #[error("{0}")]
    Other(String),
}

/// A server that runs.
pub struct Running {
    address: SocketAddr,
    public_url: String,
    token: Secret,
    stop: CancellationToken,
    abort: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    lifecycle: Arc<Lifecycle>,
    store: Store,
    _lock: Option<Lock>,
}

impl Running {
    /// The address it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the world reaches it.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The token of its REST interface.
    #[must_use]
    pub const fn token(&self) -> &Secret {
        &self.token
    }

    /// Takes no more requests, lets running executions end within ten seconds, and closes the database.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let abort = self.abort.clone();
        let deadline = tokio::spawn(async move {
            tokio::time::sleep(DRAIN).await;
            abort.cancel();
        });
        self.join().await;
        // Activations that were asked for are brought to their end: a half-made registration is a nuisance to mend.
        self.lifecycle.drain().await;
        deadline.abort();
        self.store.close().await;
    }

    /// Ends at once; what was running goes on from its journal after the next start.
    pub async fn abort(mut self) {
        self.stop.cancel();
        self.abort.cancel();
        self.join().await;
        self.store.close().await;
    }

    /// A token that is cancelled when the server stops, on request or because a part of it ended.
    #[must_use]
    pub fn stopped(&self) -> CancellationToken {
        self.stop.clone()
    }

    async fn join(&mut self) {
        for task in self.tasks.drain(..) {
            if let Err(error) = task.await
                && error.is_panic()
            {
                tracing::error!("a part of the server has panicked");
            }
        }
    }
}

/// Starts a server: database, executor, HTTP.
pub async fn start(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Running, StartError> {
    // Twice is no error: the first one stays.
    let _already = rustls::crypto::ring::default_provider().install_default();
    files::create_data_dir(&settings.data_dir)?;
    let url = database_url(settings);
    let lock = sqlite_path(&url).map(|path| lock_path(&path)).map(|path| Lock::take(&path)).transpose()?;
    let store = Store::connect(&url).await?;
    if lock.is_some() && store.dialect() == Dialect::Sqlite {
        // Nobody else can have a claim: the lock says that this is the only server on this file.
        store.release_all_leases().await?;
    }
    let redactor = Redactor::default();
    let (key, token) = (master_key(settings, &redactor)?, api_token(settings, &redactor)?);
    let credentials = credentials(&store, key.clone(), &redactor).await?;

    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|source| StartError::Listen { address: settings.listen, source })?;
    let address =
        listener.local_addr().map_err(|source| StartError::Listen { address: settings.listen, source })?;
    let public_url = public_url(settings, address)?;

    let http = bellhop_trigger::close::http_client().map_err(|error| StartError::Other(error.to_string()))?;
    let hooks = Arc::new(HookTable::new(store.clone(), key.clone(), credentials.clone(), redactor.clone()));
    let lifecycle = Arc::new(Lifecycle::new(LifecycleParts {
        store: store.clone(),
        hooks: Arc::clone(&hooks),
        credentials: credentials.clone(),
        key,
        redactor: redactor.clone(),
        close: CloseApi::new(&settings.close_api_base, http),
        public_url: public_url.as_str().trim_end_matches('/').to_owned(),
        clock: Arc::clone(&clock),
    }));
    hooks.load().await.map_err(|error| StartError::Other(error.to_string()))?;
    if let Some(dir) = workflows_dir(settings) {
        workflows::apply(&dir, &store, &lifecycle, clock.as_ref()).await.map_err(StartError::Workflows)?;
    }

    let executor = Executor::new(ExecutorParts {
        store: store.clone(),
        steps: StepRunner::new(
            &settings.close_api_base,
            Arc::new(StoredCredentials(credentials.clone())),
            redactor.clone(),
        )
        .map_err(|error| StartError::Other(error.to_string()))?,
        redactor: redactor.clone(),
        catalogue: catalogue(),
        clock: Arc::clone(&clock),
        node: NodeId::generate(clock.now()),
        concurrency: settings.worker_concurrency.unwrap_or_else(default_concurrency),
        lease: settings.lease.to_duration(),
    });
    let router = bellhop_api::router(ApiState::new(ApiParts {
        store: store.clone(),
        lifecycle: Arc::clone(&lifecycle),
        hooks: Arc::clone(&hooks),
        credentials,
        redactor,
        clock,
        token: ApiToken::new(&token),
        public_url: public_url.clone(),
        max_body: settings.max_body.bytes(),
        timestamp_tolerance: settings.timestamp_tolerance.to_duration(),
        body_timeout: DEFAULT_BODY_TIMEOUT,
    }));
    let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
    let mut tasks = vec![
        // A part that ends takes the rest along: half a server is worse than none.
        tokio::spawn(then_stop(executor.run(stop.clone(), abort.clone()), stop.clone())),
        tokio::spawn(then_stop(listen(listener, router, stop.clone()), stop.clone())),
    ];
    if store.dialect() == Dialect::Postgres {
        tasks.push(tokio::spawn(keep_fresh(hooks, stop.clone())));
    }
    let public_url = public_url.as_str().trim_end_matches('/').to_owned();
    Ok(Running { address, public_url, token, stop, abort, tasks, lifecycle, store, _lock: lock })
}

async fn then_stop(part: impl Future<Output = ()>, stop: CancellationToken) {
    let _stop_also_after_a_panic = stop.drop_guard();
    part.await;
}

async fn listen(listener: TcpListener, router: axum::Router, stop: CancellationToken) {
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the HTTP server has ended");
    }
}

fn database_url(settings: &Settings) -> String {
    settings.database_url.as_ref().map_or_else(
        || format!("sqlite://{}", settings.data_dir.join("bellhop.db").display()),
        |url| url.expose().to_owned(),
    )
}

fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn master_key(settings: &Settings, redactor: &Redactor) -> Result<MasterKey, StartError> {
    let text = match (&settings.master_key, &settings.master_key_file) {
        (Some(key), _) => key.expose().to_owned(),
        (None, Some(file)) => files::read(file)?,
        (None, None) => {
            let made = MasterKey::generate()?.to_base64();
            files::read_or_create(&settings.data_dir.join(KEY_FILE), || Ok(made.expose().to_owned()))?
        }
    };
    redactor.learn(&Secret::from(text.clone()));
    Ok(MasterKey::from_base64(&text)?)
}

fn api_token(settings: &Settings, redactor: &Redactor) -> Result<Secret, StartError> {
    let path = settings.data_dir.join(TOKEN_FILE);
    let text = match &settings.api_token {
        Some(token) => token.expose().to_owned(),
        None => files::read_or_create(&path, new_token)?,
    };
    if text.len() < 16 {
        return Err(StartError::Other(
            "the API token is too short: it has to have 16 characters or more".to_owned(),
        ));
    }
    let token = Secret::from(text);
    redactor.learn(&token);
    Ok(token)
}

fn new_token() -> std::io::Result<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(format!("bh_{}", hex::encode(bytes)))
}

async fn credentials(
    store: &Store,
    key: MasterKey,
    redactor: &Redactor,
) -> Result<CredentialStore, StartError> {
    let environment = credentials_from_environment(std::env::vars())?;
    let credentials = CredentialStore::new(store.clone(), key, environment, redactor.clone());
    credentials.warm().await.map_err(|error| StartError::Other(error.to_string()))?;
    Ok(credentials)
}

fn public_url(settings: &Settings, address: SocketAddr) -> Result<Url, StartError> {
    let text = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let url =
        Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    url.ok_or_else(|| {
        ConfigError::Invalid(format!("`public_url` has to be an http or https URL, not `{text}`")).into()
    })
}

/// The directory of workflows that the settings name, or `workflows` where that exists.
fn workflows_dir(settings: &Settings) -> Option<PathBuf> {
    let usual = Path::new("workflows");
    settings.workflows_dir.clone().or_else(|| usual.is_dir().then(|| usual.to_owned()))
}

fn default_concurrency() -> usize {
    64 * std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
