//! The stage of the demo: a simulated Close and a server, both on free ports of this machine, with their files in a
//! temporary directory that goes with them.

use std::sync::Arc;

use bellhop_workflow::time::SystemClock;
use close_simulator::{ApiKey, Simulator, SimulatorConfig, SinkAnswer};
use reqwest::Method;
use serde_json::{Value, json};

use super::close::Close;
use crate::cli::CliError;
use crate::cli::client::{Body, Client};
use crate::cli::demo::DemoArgs;
use crate::config::{AllowPrivate, Settings};
use crate::scripts;
use crate::server::{Running, start};

/// What the website's form signs with.
pub(super) const FORM_SECRET: &str = "demo-form-secret-2b7e151628aed2a6";
const API_KEY: &str = "api_demo.4tQy9Zb2LrW8kHs0VnXc1D";

/// Everything that plays along.
pub(super) struct Stage {
    /// What somebody does in Close.
    pub(super) close: Close,
    /// The server, as the command line speaks to it.
    pub(super) client: Client,
    /// Plain HTTP, for senders that are nobody's client.
    pub(super) http: reqwest::Client,
    running: Running,
    dir: tempfile::TempDir,
}

impl Stage {
    /// Starts both and stores the credentials that the examples need.
    pub(super) async fn set(args: &DemoArgs) -> Result<Self, CliError> {
        let failed = |error: &dyn std::error::Error| CliError::failed(error.to_string());
        let dir = tempfile::tempdir().map_err(|error| failed(&error))?;
        let simulator = Simulator::start(SimulatorConfig {
            api_keys: vec![ApiKey::admin(API_KEY)],
            // A retry after Close's own ten seconds would make a slow story.
            time_scale: 100,
            rate_limit: None,
            ..SimulatorConfig::default()
        })
        .await
        .map_err(|error| failed(&error))?;
        let settings = Settings {
            listen: args.listen,
            data_dir: dir.path().join("data"),
            // The examples are applied over REST, where it can be seen.
            workflows_dir: Some(dir.path().join("workflows")),
            close_api_base: simulator.base_url(),
            // Everything that plays along is on this machine.
            http_allow_private: AllowPrivate::All(true),
            ..Settings::default()
        };
        std::fs::create_dir(dir.path().join("workflows")).map_err(|error| failed(&error))?;
        let running = start(&settings, Arc::new(SystemClock), scripts::in_processes())
            .await
            .map_err(|error| failed(&error))?;
        let client = Client::new(running.public_url(), Some(running.token()), dir.path())?;
        let http = reqwest::Client::builder().no_proxy().build().map_err(|error| failed(&error))?;
        let close = Close::new(simulator, http.clone(), API_KEY);
        let stage = Self { close, client, http, running, dir };
        stage.store_credential("close", json!({ "kind": "close", "api_key": API_KEY })).await?;
        stage.store_credential("website-form", json!({ "kind": "hmac", "secret": FORM_SECRET })).await?;
        Ok(stage)
    }

    /// The server's address.
    pub(super) fn url(&self) -> &str {
        self.running.public_url()
    }

    /// Where the server keeps its files.
    pub(super) fn data_dir(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    /// Where a stand-in for another service listens.
    pub(super) fn stand_in(&self, name: &str) -> String {
        self.close.simulator().sink_url(name)
    }

    /// What the enrichment service will say next.
    pub(super) fn enrichment_says(&self, employees: u32) {
        let body = json!({ "employees": employees });
        self.close.simulator().script_sink("enrich", vec![SinkAnswer { body, ..SinkAnswer::status(200) }]);
    }

    /// Stops everything; the temporary files go too.
    pub(super) async fn strike(self) {
        self.running.stop().await;
        self.close.stop().await;
    }

    async fn store_credential(&self, name: &str, fields: Value) -> Result<(), CliError> {
        self.client.send(Method::PUT, &["credentials", name], &[], Body::Json(fields), None).await.map(drop)
    }
}
