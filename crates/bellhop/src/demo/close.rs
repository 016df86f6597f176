//! What people do in the simulated Close: over its API, where each change gives the events that it gives at Close.

use close_simulator::{DeliveryOptions, EventDraft, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cli::CliError;

/// A simulated Close and somebody who works in it.
pub(super) struct Close {
    simulator: Simulator,
    http: reqwest::Client,
    api_key: &'static str,
}

impl Close {
    pub(super) const fn new(simulator: Simulator, http: reqwest::Client, api_key: &'static str) -> Self {
        Self { simulator, http, api_key }
    }

    /// The simulator itself.
    pub(super) const fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Enters a lead; its id.
    pub(super) async fn enter_lead(&self, name: &str) -> Result<String, CliError> {
        id(&self.call(Method::POST, "/lead/", &json!({ "name": name })).await?)
    }

    /// Enters an opportunity of a lead and marks it as won. `cents` is its value.
    pub(super) async fn win_deal(&self, lead: &str, cents: u64) -> Result<(), CliError> {
        let deal = json!({ "lead_id": lead, "value": cents, "value_currency": "USD" });
        let deal = id(&self.call(Method::POST, "/opportunity/", &deal).await?)?;
        self.call(Method::PUT, &format!("/opportunity/{deal}/"), &json!({ "status": "Won" })).await.map(drop)
    }

    /// Moves a lead to another status.
    pub(super) async fn move_lead(&self, lead: &str, status: &str) -> Result<(), CliError> {
        self.call(Method::PUT, &format!("/lead/{lead}/"), &json!({ "status": status })).await.map(drop)
    }

    /// Somebody calls, and nobody answers.
    pub(super) fn miss_a_call(&self, lead: &str, delivery: DeliveryOptions) -> Result<(), CliError> {
        let call = json!({ "direction": "inbound", "status": "no-answer", "disposition": "no-answer", "duration": 0 });
        let draft =
            EventDraft { lead_id: Some(lead.to_owned()), ..EventDraft::new("activity.call", "completed") };
        self.emit(&draft.data(call).delivery(delivery))
    }

    /// Somebody publishes a custom activity.
    pub(super) fn publish_activity(&self, lead: &str) -> Result<(), CliError> {
        let draft = EventDraft {
            lead_id: Some(lead.to_owned()),
            ..EventDraft::new("activity.custom_activity", "updated")
        };
        self.emit(&draft.data(json!({ "status": "published" })))
    }

    /// How many subscriptions there are.
    pub(super) fn subscriptions(&self) -> usize {
        self.simulator.subscriptions().len()
    }

    pub(super) async fn stop(self) {
        self.simulator.stop().await;
    }

    fn emit(&self, draft: &EventDraft) -> Result<(), CliError> {
        self.simulator.emit(draft).map(drop).map_err(|error| CliError::failed(error.to_string()))
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value, CliError> {
        let failed = |error: reqwest::Error| CliError::failed(format!("the simulated Close: {error}"));
        let url = format!("{}{path}", self.simulator.base_url());
        let request = self.http.request(method, url).basic_auth(self.api_key, Some("")).json(body);
        request
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?
            .json()
            .await
            .map_err(failed)
    }
}

fn id(object: &Value) -> Result<String, CliError> {
    object["id"].as_str().map(str::to_owned).ok_or_else(|| CliError::failed("the simulated Close gave no id"))
}
