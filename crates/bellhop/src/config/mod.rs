//! Configuration: flags, then environment, then `bellhop.toml`, then defaults.
//!
//! # Adding a key
//! 1. A field in [`Settings`], with its default in `Default`.
//! 2. Its use in `server`.
//! 3. A row in `docs/configuration.md`; a test holds the two together.

mod credentials;
mod duration;
mod keep;
mod networks;
mod private;
mod rate;
mod role;
mod size;
mod waits;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use bellhop_vault::Secret;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub use self::credentials::credentials_from_environment;
pub use self::duration::Span;
pub use self::keep::{KeepFor, KeepRows};
pub use self::networks::Networks;
pub use self::private::AllowPrivate;
pub use self::rate::RateLimit;
pub use self::role::Role;
pub use self::size::Size;
pub use self::waits::Waits;

/// The file that is read where no other is named.
pub const DEFAULT_FILE: &str = "bellhop.toml";

/// More deliveries in a second than a node takes: no limit is met before somebody has chosen one.
const GENEROUS: NonZeroU32 = NonZeroU32::new(25_000).unwrap();

/// Every key, as `bellhop.toml` and `BELLHOP_*` spell it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address that is listened on.
    pub listen: SocketAddr,
    /// Where the world reaches this server; the listen address where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// `sqlite://PATH` or `postgres://…`; a file in the data directory where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<Hidden>,
    /// Where the server keeps its own files.
    pub data_dir: PathBuf,
    /// Workflows that are created or updated at start; `workflows` where that exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflows_dir: Option<PathBuf>,
    /// 32 bytes in base64 that seal credentials and keys; generated into the data directory where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key: Option<Hidden>,
    /// A file with the master key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_file: Option<PathBuf>,
    /// The master key before it was changed, which opens what is not sealed anew yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_previous: Option<Hidden>,
    /// A file with the master key before it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key_previous_file: Option<PathBuf>,
    /// The token of the REST interface; generated into the data directory where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_token: Option<Hidden>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Networks,
    /// Close's API.
    pub close_api_base: String,
    /// The APIs of other vendors, by the names of their triggers, where they are not at their own address: a GitHub of
    /// one's own.
    pub vendor_api_bases: BTreeMap<String, String>,
    /// The largest body that is taken.
    pub max_body: Size,
    /// How long a request's body may take to arrive.
    pub body_timeout: Span,
    /// How far a delivery's timestamp may be from now.
    pub timestamp_tolerance: Span,
    /// How many executions run at once; 256 for each core where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_concurrency: Option<usize>,
    /// How long an execution stays with a node that does not renew its claim.
    pub lease: Span,
    /// How long a server that is asked to stop lets requests and executions end.
    pub shutdown_grace: Span,
    /// What is logged: a level, or `target=level` pairs.
    pub log: String,
    /// How it is logged: `text` or `json`.
    pub log_format: LogFormat,
    /// Whether `http` steps may reach addresses that are not of the internet: all, none, or the networks that are named.
    pub http_allow_private: AllowPrivate,
    /// Whether `exec` steps may run commands on this machine.
    pub allow_exec: bool,
    /// The mail server of `email` steps that name no credential: `smtp://…` or `smtps://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_url: Option<Hidden>,
    /// How long executions and deliveries are kept.
    pub retention: KeepFor,
    /// How long payloads are kept; as long as what they belong to where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_payloads: Option<KeepFor>,
    /// How many executions are kept, and how many deliveries of each outcome.
    pub retention_rows: KeepRows,
    /// How many deliveries each hook takes.
    pub hook_limit: RateLimit,
    /// How many deliveries are taken from each address.
    pub address_limit: RateLimit,
    /// How many connections are open at once.
    pub max_connections: usize,
    /// A file with the certificate that clients are shown, and those it is signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// A file with its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Whether `/metrics` is open to everybody.
    pub metrics_public: bool,
    /// How long the server waits for what others do; no key of the configuration.
    #[serde(skip)]
    pub waits: Waits,
    /// What this node does, where several share a database.
    pub role: Role,
    /// Where an OpenTelemetry collector takes traces by HTTP; none are made where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_endpoint: Option<Hidden>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            database_url: None,
            data_dir: PathBuf::from("bellhop-data"),
            workflows_dir: None,
            master_key: None,
            master_key_file: None,
            master_key_previous: None,
            master_key_previous_file: None,
            api_token: None,
            trusted_proxies: Networks::default(),
            close_api_base: "https://api.close.com/api/v1".to_owned(),
            vendor_api_bases: BTreeMap::new(),
            max_body: Size::from_bytes(2 * 1024 * 1024),
            body_timeout: Span::from_seconds(30),
            timestamp_tolerance: Span::from_seconds(300),
            worker_concurrency: None,
            lease: Span::from_seconds(30),
            shutdown_grace: Span::from_seconds(10),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            http_allow_private: AllowPrivate::All(false),
            allow_exec: false,
            smtp_url: None,
            retention: KeepFor::from_days(14),
            retention_payloads: None,
            retention_rows: KeepRows::new(1_000_000),
            hook_limit: RateLimit::each_second(GENEROUS),
            address_limit: RateLimit::each_second(GENEROUS),
            max_connections: 800,
            tls_cert: None,
            tls_key: None,
            metrics_public: false,
            waits: Waits::default(),
            role: Role::All,
            otlp_endpoint: None,
        }
    }
}

/// A value that is read but never printed: a key, a token, a URL with a password in it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// Takes the value in.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The value as a secret.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        Secret::from(self.0.clone())
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key or value in the file or environment is wrong.
    #[error("configuration: {0}")]
    Invalid(String),
    /// A file that was named is not there.
    #[error("configuration file {0} is not there")]
    NoFile(PathBuf),
}

impl Settings {
    /// The name of every key.
    pub const KEYS: [&str; 35] = [
        "listen",
        "public_url",
        "database_url",
        "data_dir",
        "workflows_dir",
        "master_key",
        "master_key_file",
        "master_key_previous",
        "master_key_previous_file",
        "api_token",
        "trusted_proxies",
        "close_api_base",
        "vendor_api_bases",
        "max_body",
        "body_timeout",
        "timestamp_tolerance",
        "worker_concurrency",
        "lease",
        "shutdown_grace",
        "log",
        "log_format",
        "http_allow_private",
        "allow_exec",
        "smtp_url",
        "retention",
        "retention_payloads",
        "retention_rows",
        "hook_limit",
        "address_limit",
        "max_connections",
        "tls_cert",
        "tls_key",
        "metrics_public",
        "role",
        "otlp_endpoint",
    ];

    /// Reads the configuration. `flags` are those that were given on the command line; they win.
    pub fn load(
        file: Option<&Path>,
        flags: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, ConfigError> {
        let usual = Path::new(DEFAULT_FILE);
        let file = match file {
            Some(named) if !named.exists() => return Err(ConfigError::NoFile(named.to_owned())),
            Some(named) => Some(named),
            None => usual.exists().then_some(usual),
        };
        let mut layers = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            layers = layers.merge(Toml::file_exact(file));
        }
        layers
            .merge(Env::prefixed("BELLHOP_").filter(|key| is_setting(key.as_str())))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| ConfigError::Invalid(describe(error)))
    }
}

/// Says what is wrong for each mistake, but never with the value: it may be a secret.
fn describe(error: figment::Error) -> String {
    error
        .into_iter()
        .map(|one| {
            let key = one.path.join(".");
            let source =
                one.metadata.as_ref().map_or_else(String::new, |metadata| format!(" ({})", metadata.name));
            match &one.kind {
                figment::error::Kind::UnknownField(field, expected) => {
                    format!("unknown key `{field}`{source}; keys are {}", expected.join(", "))
                }
                figment::error::Kind::Message(message) => format!("`{key}`{source}: {message}"),
                figment::error::Kind::InvalidType(_, expected)
                | figment::error::Kind::InvalidValue(_, expected) => {
                    format!("`{key}`{source}: expected {expected}")
                }
                other => format!("`{key}`{source}: {other}"),
            }
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// `BELLHOP_*` names more than settings: credentials, and what the command line reads as a client.
fn is_setting(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    !key.starts_with("credential_")
        && !["server", "token", "test_postgres_url", "test_mysql_url"].contains(&key.as_str())
}

#[cfg(test)]
mod tests;
