//! Wires the parts together and sets them going.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bellhop_api::{ApiParts, ApiState, ApiToken, DEFAULT_RESPONSE_TIMEOUT, IngressRates};
use bellhop_executor::{Executor, ExecutorParts, StoredCredentials};
use bellhop_steps::{RunnerError, ScriptIsolation, StepRunner};
use bellhop_storage::{CredentialStore, Dialect, NodeId, Store, StoreError};
use bellhop_trigger::catalogue::catalogue;
use bellhop_trigger::close::{self, CloseApi, Patience};
use bellhop_trigger::hooks::HookTable;
use bellhop_trigger::lifecycle::{Lifecycle, LifecycleParts};
use bellhop_trigger::publication::{Publications, PublicationsParts};
use bellhop_trigger::recovery::{Recovery, RecoveryParts};
use bellhop_trigger::schedule::Scheduler;
use bellhop_trigger::vendor::DeclaredVendors;
use bellhop_vault::{KeyError, MasterKey, Redactor, Secret};
use bellhop_workflow::time::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::concurrency::concurrency;
use super::files::{self, FileError};
use super::keys::{api_token, master_key};
use super::listen::{Door, Tls, TlsError, connections};
use super::refresh::keep_fresh;
use super::retention::{keep, keep_bounded};
use super::running::Running;
use super::tracing::Tracing;
use super::{database, workflows};
use crate::config::{ConfigError, Settings, credentials_from_environment};

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
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Steps cannot be carried out.
    #[error(transparent)]
    Steps(#[from] RunnerError),
    /// Something else that a start needs.
    #[error("{0}")]
    Other(String),
}

/// What every part of a server stands on.
struct Ground<'a> {
    settings: &'a Settings,
    clock: Arc<dyn Clock>,
    scripts: ScriptIsolation,
    store: Store,
    credentials: CredentialStore,
    redactor: Redactor,
    key: MasterKey,
    token: Secret,
    public_url: Url,
    node: NodeId,
    tracing: Tracing,
    /// For all calls to vendors: each client reads all root certificates.
    vendors_http: reqwest::Client,
}

/// Starts a server: database, executor, HTTP.
pub async fn start(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    scripts: ScriptIsolation,
) -> Result<Running, StartError> {
    // Twice is no error: the first one stays.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let tls = Tls::of(settings)?;
    database::check_role(settings)?;
    files::create_data_dir(&settings.data_dir)?;
    let (store, lock) = database::open(settings).await?;
    let redactor = Redactor::default();
    let (key, token) = (master_key(settings, &redactor)?, api_token(settings, &redactor)?);
    let credentials = credentials(&store, key.clone(), &redactor).await?;
    let (listener, address) = bind(settings.listen).await?;
    let public_url = public_url(settings, address)?;
    let node = NodeId::generate(clock.now());
    let tracing = Tracing::start(settings, node)?;
    let ground = Ground {
        settings,
        clock,
        scripts,
        store,
        credentials,
        redactor,
        key,
        token,
        public_url,
        node,
        tracing,
        vendors_http: close::http_client().map_err(other)?,
    };

    let hooks = ground.hooks();
    let lifecycle = ground.lifecycle(&hooks);
    hooks.load().await.map_err(other)?;
    if settings.role.takes()
        && let Some(dir) = workflows_dir(settings)
    {
        workflows::apply(&dir, &ground.store, &lifecycle).await.map_err(StartError::Workflows)?;
    }
    let executor = settings.role.works().then(|| ground.executor()).transpose()?;
    let recovery = ground.recovery();
    let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
    let api = ground.api(&hooks, &lifecycle, recovery.clone(), executor.as_ref(), stop.clone());
    let router = if settings.role.takes() { bellhop_api::router } else { bellhop_api::router_of_worker };
    let door = Door {
        listener,
        router: router(api.clone()),
        tls: tls.clone(),
        max_connections: connections(settings.max_connections, concurrency(settings)),
        waits: settings.waits,
    };
    let mut parts = Parts::new(stop.clone());
    if settings.role.works() {
        parts.begin(hear_news(ground.store.clone(), stop.clone()));
    } else {
        parts.begin(ground.store.tell_news(stop.clone()));
    }
    parts.begin(door.serve(stop.clone(), abort.clone()));
    parts.begin(api.clone().keep_tokens(stop.clone()));
    if settings.role.takes() {
        parts.begin(api.clone().keep_refusals(stop.clone()));
    }
    if let Some(executor) = &executor {
        parts.begin(Arc::clone(executor).run(stop.clone(), abort.clone()));
        parts.begin(ground.scheduler().run(stop.clone()));
        parts.begin(recovery.run(stop.clone()));
        parts.begin(ground.publications().run(stop.clone()));
        parts.begin(keep_reconciled(Arc::clone(&lifecycle), stop.clone()));
        let (store, clock) = (ground.store.clone(), Arc::clone(&ground.clock));
        parts.begin(keep_bounded(store, clock, keep(settings), stop.clone()));
    }
    if let Some(tls) = tls {
        parts.begin(tls.keep_fresh(stop.clone()));
    }
    if ground.store.dialect() == Dialect::Postgres {
        parts.begin(keep_fresh(hooks, stop.clone()));
    }
    let public_url = ground.public_url();
    let Ground { token, store, tracing, .. } = ground;
    let grace = settings.shutdown_grace.to_duration();
    Ok(Running {
        address,
        public_url,
        token,
        stop,
        abort,
        tasks: parts.tasks,
        grace,
        executor,
        lifecycle,
        api,
        store,
        tracing,
        _lock: lock,
    })
}

/// The parts that have begun. One that ends takes the rest along: half a server is worse than none.
struct Parts {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Parts {
    const fn new(stop: CancellationToken) -> Self {
        Self { stop, tasks: Vec::new() }
    }

    fn begin(&mut self, part: impl Future<Output = ()> + Send + 'static) {
        let stop_also_after_a_panic = self.stop.clone().drop_guard();
        self.tasks.push(tokio::spawn(async move {
            let _guard = stop_also_after_a_panic;
            part.await;
        }));
    }
}

impl Ground<'_> {
    fn hooks(&self) -> Arc<HookTable> {
        let (store, key) = (self.store.clone(), self.key.clone());
        Arc::new(HookTable::new(store, key, self.credentials.clone(), self.redactor.clone()))
    }

    fn lifecycle(&self, hooks: &Arc<HookTable>) -> Arc<Lifecycle> {
        Arc::new(Lifecycle::new(LifecycleParts {
            store: self.store.clone(),
            hooks: Arc::clone(hooks),
            credentials: self.credentials.clone(),
            key: self.key.clone(),
            redactor: self.redactor.clone(),
            close: self.close(),
            vendors: self.vendors(),
            public_url: self.public_url(),
            clock: Arc::clone(&self.clock),
        }))
    }

    fn close(&self) -> CloseApi {
        CloseApi::new(&self.settings.close_api_base, self.vendors_http.clone())
    }

    fn vendors(&self) -> DeclaredVendors {
        DeclaredVendors::new(self.vendors_http.clone(), self.settings.vendor_api_bases.clone())
    }

    fn recovery(&self) -> Recovery {
        // Nobody's request waits for it: a rate limit is waited out.
        let patience = Patience { pauses: Duration::from_mins(2), ..Patience::default() };
        Recovery::new(RecoveryParts {
            store: self.store.clone(),
            credentials: self.credentials.clone(),
            key: self.key.clone(),
            redactor: self.redactor.clone(),
            close: self.close().with_patience(patience),
            clock: Arc::clone(&self.clock),
        })
    }

    fn publications(&self) -> Publications {
        Publications::new(PublicationsParts {
            store: self.store.clone(),
            credentials: self.credentials.clone(),
            key: self.key.clone(),
            redactor: self.redactor.clone(),
            close: self.close(),
            clock: Arc::clone(&self.clock),
        })
    }

    fn steps(&self, credentials: Arc<StoredCredentials>) -> Result<StepRunner, RunnerError> {
        let (base, reach) = (&self.settings.close_api_base, self.settings.http_allow_private.reach());
        let mut steps = StepRunner::new(base, credentials, self.redactor.clone(), reach)?
            .with_exec(self.settings.allow_exec)
            .with_scripts_in(self.scripts.clone());
        if let Some(url) = &self.settings.smtp_url {
            steps = steps.with_smtp(url.to_secret())?;
        }
        Ok(match database::file(self.settings) {
            Some(file) => steps.with_own_database(file),
            None => steps,
        })
    }

    fn executor(&self) -> Result<Arc<Executor>, RunnerError> {
        let credentials = Arc::new(StoredCredentials(self.credentials.clone()));
        Ok(Executor::new(ExecutorParts {
            store: self.store.clone(),
            steps: self.steps(credentials)?,
            redactor: self.redactor.clone(),
            master_key: self.key.clone(),
            public_url: self.public_url(),
            catalogue: catalogue(),
            traces: self.tracing.traces.clone(),
            clock: Arc::clone(&self.clock),
            node: self.node,
            concurrency: concurrency(self.settings),
            lease: self.settings.lease.to_duration(),
        }))
    }

    fn scheduler(&self) -> Scheduler {
        Scheduler::new(self.store.clone(), self.key.clone(), Arc::clone(&self.clock))
    }

    fn api(
        &self,
        hooks: &Arc<HookTable>,
        lifecycle: &Arc<Lifecycle>,
        recovery: Recovery,
        executor: Option<&Arc<Executor>>,
        stop: CancellationToken,
    ) -> ApiState {
        let mut meters_of_others = vec![self.tracing.meters.clone()];
        meters_of_others.extend(executor.map(|executor| executor.meters().clone()));
        ApiState::new(ApiParts {
            store: self.store.clone(),
            recovery,
            lifecycle: Arc::clone(lifecycle),
            hooks: Arc::clone(hooks),
            credentials: self.credentials.clone(),
            redactor: self.redactor.clone(),
            traces: self.tracing.traces.clone(),
            clock: Arc::clone(&self.clock),
            master_key: self.key.clone(),
            token: ApiToken::new(&self.token),
            public_url: self.public_url.clone(),
            trusted_proxies: self.settings.trusted_proxies.to_vec(),
            max_body: self.settings.max_body.bytes(),
            timestamp_tolerance: self.settings.timestamp_tolerance.to_duration(),
            body_timeout: self.settings.body_timeout.to_duration(),
            response_timeout: DEFAULT_RESPONSE_TIMEOUT,
            stop,
            ingress_rates: IngressRates {
                hook: self.settings.hook_limit.to_rate(),
                address: self.settings.address_limit.to_rate(),
            },
            metrics_public: self.settings.metrics_public,
            meters_of_others,
            executor_works: executor
                .cloned()
                .map(|works| -> Box<dyn Fn() -> bool + Send + Sync> { Box::new(move || works.is_working()) }),
        })
    }

    /// The public URL, without a slash at its end.
    fn public_url(&self) -> String {
        self.public_url.as_str().trim_end_matches('/').to_owned()
    }
}

fn other(error: impl std::error::Error) -> StartError {
    StartError::Other(error.to_string())
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    // Port 0 has become a real one.
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

async fn hear_news(store: Store, stop: CancellationToken) {
    store.hear_news(stop).await;
}

async fn keep_reconciled(lifecycle: Arc<Lifecycle>, stop: CancellationToken) {
    lifecycle.keep_reconciled(stop).await;
}

async fn credentials(
    store: &Store,
    key: MasterKey,
    redactor: &Redactor,
) -> Result<CredentialStore, StartError> {
    // A variable that is no text cannot be one of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let environment = credentials_from_environment(variables)?;
    let credentials = CredentialStore::new(store.clone(), key, environment, redactor.clone());
    credentials.warm().await.map_err(other)?;
    Ok(credentials)
}

fn public_url(settings: &Settings, address: SocketAddr) -> Result<Url, StartError> {
    let scheme = if settings.tls_cert.is_some() { "https" } else { "http" };
    let text = settings.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
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
