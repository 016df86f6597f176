//! What every handler can reach.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bellhop_meters::Meters;
use bellhop_storage::{CredentialStore, Store, seal_concealed, seal_context};
use bellhop_traces::Traces;
use bellhop_trigger::hooks::HookTable;
use bellhop_trigger::lifecycle::Lifecycle;
use bellhop_trigger::recovery::Recovery;
use bellhop_vault::{MasterKey, Redactor, ResumeTokens, Sealed};
use bellhop_workflow::conceal::Concealed;
use bellhop_workflow::ids::{ExecutionId, HookId};
use bellhop_workflow::time::Clock;
use ipnet::IpNet;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::access::{Attempts, TokenTable};
use crate::executions::stream::MOST_STREAMS;
use crate::ingress::limit::{IngressLimits, IngressRates};
use crate::ingress::refusals::Refusals;
use crate::metrics::ApiMeters;
use crate::problem::Problem;
use crate::token::ApiToken;

/// How long a webhook's request waits for its execution where nothing else is configured: less than senders and proxies
/// commonly wait.
pub const DEFAULT_RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// The smallest bound on a body of the REST API: a workflow of the largest size that the language takes has to pass,
/// however small deliveries are kept.
const SMALLEST_REST_LIMIT: usize = 2 * 1024 * 1024;

/// What the API is built from.
pub struct ApiParts {
    /// Everything durable.
    pub store: Store,
    /// Switches workflows on and off.
    pub lifecycle: Arc<Lifecycle>,
    /// Fetches what vendors have not delivered.
    pub recovery: Recovery,
    /// The inbound URLs that are known.
    pub hooks: Arc<HookTable>,
    /// Stored credentials, and those of the environment.
    pub credentials: CredentialStore,
    /// Knows the secrets that must not be written down.
    pub redactor: Redactor,
    /// Where spans go.
    pub traces: Traces,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// What masked values are sealed with, and what resume tokens are made from.
    pub master_key: MasterKey,
    /// The token of the settings, which opens all of `/api/v1`.
    pub token: ApiToken,
    /// The address that vendors reach this server under, for instance `https://bellhop.example.com`.
    pub public_url: Url,
    /// Proxies whose word for where a request comes from is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// The largest delivery that is taken, in bytes.
    pub max_body: usize,
    /// How far a delivery's timestamp may be from now, either way.
    pub timestamp_tolerance: Duration,
    /// How long a request body may take to arrive.
    pub body_timeout: Duration,
    /// How long a webhook's request waits for its execution's answer.
    pub response_timeout: Duration,
    /// Cancelled as the server stops: event streams end then.
    pub stop: CancellationToken,
    /// How many deliveries are taken.
    pub ingress_rates: IngressRates,
    /// Whether everybody may see what is counted, and not only who may read.
    pub metrics_public: bool,
    /// What parts beside the API count.
    pub meters_of_others: Vec<Meters>,
    /// Whether executions are run here, as they are to be; none where that is for other nodes.
    pub executor_works: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

/// The API's parts, shared by all requests.
#[derive(Clone)]
pub struct ApiState(Arc<Shared>);

struct Shared {
    parts: ApiParts,
    resume_tokens: ResumeTokens,
    refusals: Refusals,
    tokens: TokenTable,
    attempts: Attempts,
    /// Whose turn it is to look for a hook in the database.
    lookups: Mutex<()>,
    /// A place for each event stream.
    streams: Arc<Semaphore>,
    meters: ApiMeters,
    limits: IngressLimits,
    /// Whose turn it is to ask the database for what is shown of it.
    scrapes: Mutex<()>,
}

impl ApiState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: ApiParts) -> Self {
        let resume_tokens = ResumeTokens::new(&parts.master_key);
        let refusals = Refusals::new(parts.store.clone());
        let tokens = TokenTable::new(parts.store.clone());
        let attempts = Attempts::default();
        let limits = IngressLimits::new(parts.ingress_rates);
        Self(Arc::new(Shared {
            parts,
            resume_tokens,
            refusals,
            tokens,
            attempts,
            lookups: Mutex::new(()),
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            meters: ApiMeters::new(),
            limits,
            scrapes: Mutex::new(()),
        }))
    }

    /// Writes down what was refused, again and again until it is stopped.
    pub async fn keep_refusals(self, stop: CancellationToken) {
        self.0.refusals.run(stop).await;
    }

    /// Forgets tokens that other nodes have revoked and writes down when they were used, again and again until it is
    /// stopped.
    pub async fn keep_tokens(self, stop: CancellationToken) {
        self.0.tokens.run(stop).await;
    }

    /// Writes down when tokens were used until now: before the store is closed.
    pub async fn flush_tokens(&self) {
        self.0.tokens.flush_or_tell().await;
    }

    /// Writes down what was refused until now: before the store is closed.
    pub async fn flush_refusals(&self) {
        self.0.refusals.flush_or_tell().await;
    }

    /// What was refused and is not written down yet.
    pub(crate) fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// The tokens that were used here.
    pub(crate) fn tokens(&self) -> &TokenTable {
        &self.0.tokens
    }

    /// Who showed wrong tokens.
    pub(crate) fn attempts(&self) -> &Attempts {
        &self.0.attempts
    }

    /// Whose turn it is to look for a hook in the database.
    pub(crate) fn lookups(&self) -> &Mutex<()> {
        &self.0.lookups
    }

    /// Places for event streams.
    pub(crate) fn streams(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.streams)
    }

    /// What is counted here.
    pub(crate) fn meters(&self) -> &ApiMeters {
        &self.0.meters
    }

    /// How many deliveries have come lately.
    pub(crate) fn limits(&self) -> &IngressLimits {
        &self.0.limits
    }

    /// Whose turn it is to ask the database for what is shown of it.
    pub(crate) fn scrapes(&self) -> &Mutex<()> {
        &self.0.scrapes
    }

    /// The largest body that the REST API takes, in bytes.
    pub(crate) fn rest_body_limit(&self) -> usize {
        self.max_body.max(SMALLEST_REST_LIMIT)
    }

    /// Reads the tokens of resume URLs.
    pub(crate) fn resume_tokens(&self) -> &ResumeTokens {
        &self.0.resume_tokens
    }

    /// Seals what was masked of an execution, for the engine to open.
    pub(crate) fn seal(&self, execution: ExecutionId, concealed: &Concealed) -> Result<Vec<u8>, Problem> {
        seal_concealed(&self.master_key, execution, concealed).map_err(Problem::internal)
    }

    /// What masked parts are sealed with.
    pub(crate) fn key(&self) -> &MasterKey {
        &self.master_key
    }

    /// What was masked of an execution.
    pub(crate) fn open_sealed(&self, execution: ExecutionId, sealed: Vec<u8>) -> Result<Concealed, Problem> {
        let sealed = Sealed::from_bytes(sealed);
        let json = self.master_key.open(&seal_context(execution), &sealed).map_err(Problem::internal)?;
        serde_json::from_slice(&json).map_err(Problem::internal)
    }

    /// Seals for one execution what was sealed for another.
    pub(crate) fn reseal(
        &self,
        from: ExecutionId,
        to: ExecutionId,
        sealed: Vec<u8>,
    ) -> Result<Vec<u8>, Problem> {
        let (from, to) = (seal_context(from), seal_context(to));
        let plain = self.master_key.open(&from, &Sealed::from_bytes(sealed)).map_err(Problem::internal)?;
        Ok(self.master_key.seal(&to, &plain).map_err(Problem::internal)?.into_bytes())
    }

    /// The address that a sender posts to.
    pub(crate) fn hook_url(&self, hook: &HookId) -> String {
        format!("{}/webhook/{hook}", self.public_url.as_str().trim_end_matches('/'))
    }
}

impl Deref for ApiState {
    type Target = ApiParts;

    fn deref(&self) -> &ApiParts {
        &self.0.parts
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiState").field("public_url", &self.public_url.as_str()).finish_non_exhaustive()
    }
}
