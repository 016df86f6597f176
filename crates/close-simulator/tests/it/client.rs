//! A client of the simulator as the tests use it.

use std::future::Future;
use std::time::Duration;

use close_simulator::{Simulator, SimulatorConfig};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "api_2fGhT9";

/// A simulator and a key to it.
pub(crate) struct Client {
    pub(crate) simulator: Simulator,
    http: reqwest::Client,
    key: String,
}

impl Client {
    pub(crate) async fn start() -> Self {
        Self::start_with(SimulatorConfig::for_tests(KEY)).await
    }

    pub(crate) async fn start_with(config: SimulatorConfig) -> Self {
        let simulator = Simulator::start(config).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        Self { simulator, http, key: KEY.to_owned() }
    }

    /// The same client with another key from here on.
    pub(crate) fn use_key(&mut self, key: &str) {
        key.clone_into(&mut self.key);
    }

    /// Calls the API; the request fails where the connection does.
    pub(crate) async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response, reqwest::Error> {
        let url = format!("{}{path}", self.simulator.base_url());
        let request = self.http.request(method, url).basic_auth(&self.key, Some(""));
        match body {
            Some(body) => request.json(&body).send().await,
            None => request.send().await,
        }
    }

    /// Calls the API; the status and the JSON body.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let answer = self.try_call(method, path, body).await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::DELETE, path, None).await
    }

    /// Calls the control API, which asks for no key.
    pub(crate) async fn control(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let request = self.http.request(method, format!("{}{path}", self.simulator.control_url()));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Subscribes a sink to events given as `object_type` and `action`; the whole answer.
    pub(crate) async fn subscribe(&self, sink: &str, events: &[(&str, &str)]) -> Value {
        let events: Vec<Value> =
            events.iter().map(|(kind, action)| json!({ "object_type": kind, "action": action })).collect();
        let body = json!({ "url": self.simulator.sink_url(sink), "events": events });
        let (status, answer) = self.post("/webhook/", body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer
    }
}

/// The text of a field.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no text under {field} in {value}"))
}

/// What must happen soon; a test that waits for ever fails instead.
pub(crate) async fn soon<T>(happening: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), happening).await.expect("it did not happen within 10 s")
}
