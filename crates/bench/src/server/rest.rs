//! The server's REST interface, as far as a benchmark needs it.

use std::net::SocketAddr;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::error::BenchError;

pub(crate) struct Rest {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Rest {
    pub(crate) fn new(address: SocketAddr, token: &str) -> Result<Self, BenchError> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, base: format!("http://{address}/api/v1"), token: token.to_owned() })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, BenchError> {
        self.send(path, self.request(Method::GET, path)).await
    }

    /// Creates a workflow and activates it; the hook that its registration listens at.
    pub(crate) async fn activate(&self, name: &str, yaml: String) -> Result<String, BenchError> {
        let create = self.request(Method::POST, "/workflows").header("content-type", "application/yaml");
        self.send("/workflows", create.body(yaml)).await?;
        let path = format!("/workflows/{name}/activate");
        let active = self.send(&path, self.request(Method::POST, &path)).await?;
        let hook = active["registrations"][0]["hook_id"].as_str();
        hook.map(str::to_owned)
            .ok_or_else(|| BenchError::Wrong(format!("the workflow is registered nowhere: {active}")))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    async fn send(&self, place: &str, request: RequestBuilder) -> Result<Value, BenchError> {
        let response = request.send().await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.json().await?);
        }
        let body = response.text().await.unwrap_or_default();
        Err(BenchError::Refused { place: place.to_owned(), status: status.as_u16(), body })
    }
}
