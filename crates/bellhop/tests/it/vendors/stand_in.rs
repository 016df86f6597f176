//! What the stand-ins of vendors have in common: webhooks, and what goes wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use bellhop_workflow::time::SystemClock;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

/// The only token that vendors take.
pub(super) const TOKEN: &str = "tok_0nlyTheStandInKnowsIt";

/// A webhook at a vendor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hook {
    pub(super) id: u64,
    pub(super) url: String,
    pub(super) events: Vec<String>,
    pub(super) active: bool,
    pub(super) secret: Option<String>,
}

/// What goes wrong with the next call of a method.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// It is answered so, and nothing is done.
    Answer(u16, Value),
    /// It is done, and the answer breaks off.
    Lost,
}

#[derive(Debug, Default)]
pub(super) struct Vendor {
    pub(super) hooks: Vec<Hook>,
    pub(super) faults: Vec<(Method, Fault)>,
    /// Every call: method and path.
    pub(super) calls: Vec<String>,
    last: u64,
}

pub(super) type Shared = Arc<Mutex<Vendor>>;

impl Vendor {
    pub(super) fn next_id(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Notes the call; what goes wrong with it, if anything does.
    pub(super) fn called(&mut self, method: &Method, path: &str) -> Option<Fault> {
        self.calls.push(format!("{method} {path}"));
        let place = self.faults.iter().position(|(of, _)| of == method)?;
        Some(self.faults.remove(place).1)
    }
}

/// The answer, or what goes wrong instead.
pub(super) fn answered(fault: Option<Fault>, status: u16, body: &Value) -> Response {
    let status_of = |status: u16| StatusCode::from_u16(status).unwrap();
    match fault {
        Some(Fault::Answer(status, body)) => (status_of(status), axum::Json(body)).into_response(),
        Some(Fault::Lost) => {
            let broken = futures::stream::iter([Err::<String, _>(std::io::Error::other("gone"))]);
            (status_of(status), Body::from_stream(broken)).into_response()
        }
        None if status == 204 => status_of(status).into_response(),
        None => (status_of(status), axum::Json(body)).into_response(),
    }
}

/// The only webhook that the vendor has.
pub(super) fn only_hook(vendor: &Shared) -> Hook {
    let hooks = vendor.lock().unwrap().hooks.clone();
    assert_eq!(hooks.len(), 1, "{hooks:#?}");
    hooks[0].clone()
}

/// A server, with a credential of the vendor beside it: that answers at `path` by `all`, and for each webhook by `one`.
pub(super) async fn beside(
    db: Db,
    name: &str,
    path: &str,
    all: MethodRouter<Shared>,
    one: MethodRouter<Shared>,
) -> (TestServer, Shared) {
    let vendor = Shared::default();
    let routes =
        Router::new().route(path, all).route(&format!("{path}/{{id}}"), one).with_state(Arc::clone(&vendor));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let bases = BTreeMap::from([(name.to_owned(), base)]);
    let server = TestServer::start_with(db, Arc::new(SystemClock), |settings| {
        settings.vendor_api_bases = bases;
    })
    .await;
    let credential = json!({ "kind": "http_bearer", "token": TOKEN });
    let stored = server.send(Method::PUT, &format!("/credentials/{name}"), &credential).await;
    assert!(stored.status.is_success(), "{stored:?}");
    (server, vendor)
}

pub(super) async fn update(server: &TestServer, name: &str, yaml: String) -> Value {
    let path = format!("/workflows/{name}");
    let request = server.request(Method::PUT, &path).header("content-type", "application/yaml").body(yaml);
    let updated = answer(request).await;
    assert_eq!(updated.status, StatusCode::OK, "{updated:?}");
    updated.body
}

/// The hex HMAC-SHA256.
pub(super) fn hmac(secret: &str, signed: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed);
    hex::encode(mac.finalize().into_bytes())
}

/// Delivers, and gives the status and the receipt's outcome.
pub(super) async fn deliver(url: &str, headers: &[(&str, String)], body: &Value) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let response = request.body(body.to_string()).send().await.unwrap();
    let status = response.status().as_u16();
    let receipt: Value = response.json().await.unwrap_or_default();
    (status, receipt["outcome"].clone())
}
