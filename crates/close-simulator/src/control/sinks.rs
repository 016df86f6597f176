//! `/sink/{name}` takes anything; `/control/sinks/{name}` shows what came, and `POST` writes the next answers.
//!
//! The sink `enrich` answers what a data provider would know about `?company=` or `?domain=`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ControlError, read};
use crate::api::{Input, written};
use crate::hub::Hub;
use crate::sink::{SinkAnswer, SinkRequest};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    answers: Vec<SinkAnswer>,
}

pub(super) async fn requests(State(hub): State<Arc<Hub>>, Path(name): Path<String>) -> Json<Value> {
    let requests: Vec<Value> = hub.world().sinks.requests(&name).iter().map(view).collect();
    Json(json!({ "items": requests }))
}

pub(super) async fn script(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    Input(body): Input,
) -> Result<Json<Value>, ControlError> {
    let script: Script = read(body)?;
    hub.world().sinks.script(&name, script.answers);
    Ok(Json(json!({ "ok": true })))
}

pub(super) async fn receive(
    hub: State<Arc<Hub>>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    take(&hub, &name, &method, &uri, &headers, body).await
}

pub(super) async fn receive_below(
    hub: State<Arc<Hub>>,
    Path((name, _)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    take(&hub, &name, &method, &uri, &headers, body).await
}

async fn take(
    hub: &Hub,
    name: &str,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let request = SinkRequest {
        at: hub.now(),
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().map(ToOwned::to_owned),
        headers: headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body,
    };
    let usual = if name == "enrich" { company(&request) } else { json!({ "ok": true }) };
    let scripted = hub.world().sinks.take(name, request);
    hub.notice();
    let Some(answer) = scripted else { return Json(usual).into_response() };
    if answer.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(answer.delay_ms)).await;
    }
    written(answer.status, &answer.body, &answer.headers)
}

fn view(request: &SinkRequest) -> Value {
    let mut view = json!({
        "at": request.at,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
    });
    if let Some(json) = request.json() {
        view["json"] = json;
    } else if let Ok(text) = std::str::from_utf8(&request.body) {
        view["text"] = json!(text);
    } else {
        view["body_base64"] = json!(STANDARD.encode(&request.body));
    }
    view
}

/// What a data provider would know about the company that is asked for: made up, and the same each time.
fn company(request: &SinkRequest) -> Value {
    const INDUSTRIES: [&str; 4] = ["Software", "Manufacturing", "Retail", "Logistics"];
    const COUNTRIES: [&str; 4] = ["DE", "US", "FR", "SE"];
    let query: BTreeMap<String, String> =
        reqwest::Url::parse(&format!("http://sink/?{}", request.query.as_deref().unwrap_or_default()))
            .map(|url| url.query_pairs().into_owned().collect())
            .unwrap_or_default();
    let of = |names: [&str; 2]| names.iter().find_map(|name| query.get(*name)).cloned();
    let (name, domain) = (of(["company", "name"]), of(["domain", "website"]));
    let digest = Sha256::digest(name.as_ref().or(domain.as_ref()).map_or("", String::as_str));
    // From 1 to 4,096, small companies as likely as large ones.
    let employees = (1_u64 << (digest[0] % 12)) + u64::from(digest[1]) * (1 << (digest[0] % 12)) / 256;
    json!({
        "name": name,
        "domain": domain,
        "employees": employees,
        "industry": INDUSTRIES[usize::from(digest[2] % 4)],
        "country": COUNTRIES[usize::from(digest[3] % 4)],
        "annual_revenue": employees * 140_000,
    })
}
