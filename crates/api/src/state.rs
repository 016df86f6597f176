//! What every handler can reach.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{CredentialStore, Store};
use bellhop_trigger::hooks::HookTable;
use bellhop_trigger::lifecycle::Lifecycle;
use bellhop_vault::Redactor;
use bellhop_workflow::ids::HookId;
use bellhop_workflow::time::Clock;
use url::Url;

use crate::token::ApiToken;

/// How long a request body may take to arrive where nothing else is configured.
pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The smallest bound on a body of the REST API: a workflow of the largest size that the language takes has to pass,
/// however small deliveries are kept.
const SMALLEST_REST_LIMIT: usize = 2 * 1024 * 1024;

/// What the API is built from.
pub struct ApiParts {
    /// Everything durable.
    pub store: Store,
    /// Switches workflows on and off.
    pub lifecycle: Arc<Lifecycle>,
    /// The inbound URLs that are known.
    pub hooks: Arc<HookTable>,
    /// Stored credentials, and those of the environment.
    pub credentials: CredentialStore,
    /// Knows the secrets that must not be written down.
    pub redactor: Redactor,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The token that opens `/api/v1`.
    pub token: ApiToken,
    /// The address that vendors reach this server under, for instance `https://bellhop.example.com`.
    pub public_url: Url,
    /// The largest delivery that is taken, in bytes.
    pub max_body: usize,
    /// How far a delivery's timestamp may be from now, either way.
    pub timestamp_tolerance: Duration,
    /// How long a request body may take to arrive.
    pub body_timeout: Duration,
}

/// The API's parts, shared by all requests.
#[derive(Clone)]
pub struct ApiState(Arc<ApiParts>);

impl ApiState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: ApiParts) -> Self {
        Self(Arc::new(parts))
    }

    /// The largest body that the REST API takes, in bytes.
    pub(crate) fn rest_body_limit(&self) -> usize {
        self.max_body.max(SMALLEST_REST_LIMIT)
    }

    /// The address that a sender posts to.
    pub(crate) fn hook_url(&self, hook: &HookId) -> String {
        format!("{}/webhook/{hook}", self.public_url.as_str().trim_end_matches('/'))
    }
}

impl Deref for ApiState {
    type Target = ApiParts;

    fn deref(&self) -> &ApiParts {
        &self.0
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiState").field("public_url", &self.public_url.as_str()).finish_non_exhaustive()
    }
}
