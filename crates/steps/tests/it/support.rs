//! What the stories have in common.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bellhop_steps::{Call, CredentialSource, Outcome, Reach, ScriptIsolation, StepFailure, StepRunner};
use bellhop_vault::{Credential, CredentialKind, Redactor};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::journal::LogLine;
use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use futures::future::{BoxFuture, FutureExt as _};
use serde_json::Value;
use wiremock::{Mock, MockServer, Respond, matchers};

/// 2026-03-02T09:00:14Z.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_772_442_014);
pub(crate) const IDEMPOTENCY_KEY: &str = "01955b3e-6e00-7000-8000-000000000001:lead";
pub(crate) const API_KEY: &str = "api_5T0p.wh1spers";
pub(crate) const PASSWORD: &str = "p4ss/w0rd+";
pub(crate) const TOKEN: &str = "t0ken-t0ken";
pub(crate) const HEADER_VALUE: &str = "v4lu3-v4lu3";

/// A program for `ScriptIsolation::Process`.
pub(crate) const SCRIPT_PROGRAM: &str = env!("CARGO_BIN_EXE_script-worker");

/// The isolations, which a script cannot tell from one another.
pub(crate) fn isolations() -> [ScriptIsolation; 2] {
    let process = ScriptIsolation::Process { program: SCRIPT_PROGRAM.into(), idle: Duration::from_mins(1) };
    [ScriptIsolation::Thread, process]
}

struct Credentials(BTreeMap<&'static str, Credential>);

impl CredentialSource for Credentials {
    fn resolve<'a>(&'a self, name: &'a CredentialName) -> BoxFuture<'a, Result<Credential, String>> {
        let found = self.0.get(name.as_str()).cloned();
        async move { found.ok_or_else(|| format!("there is no credential `{name}`")) }.boxed()
    }
}

fn credential(kind: CredentialKind, fields: &[(&str, &str)]) -> Credential {
    let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned().into()));
    Credential::from_fields(kind, fields).unwrap()
}

/// A runner with a credential of each kind, named like its kind, whose `close` steps go to that address.
pub(crate) fn runner_for(close_api_base: &str) -> StepRunner {
    let credentials = [
        ("close", credential(CredentialKind::Close, &[("api_key", API_KEY)])),
        ("basic", credential(CredentialKind::HttpBasic, &[("username", "ann"), ("password", PASSWORD)])),
        ("bearer", credential(CredentialKind::HttpBearer, &[("token", TOKEN)])),
        ("header", credential(CredentialKind::HttpHeader, &[("name", "X-Api-Key"), ("value", HEADER_VALUE)])),
        ("hmac", credential(CredentialKind::Hmac, &[("secret", "a-signing-key")])),
    ];
    let credentials = Arc::new(Credentials(credentials.into()));
    StepRunner::new(close_api_base, credentials, Redactor::default(), Reach::Anything).unwrap()
}

/// A runner with one credential, named like its kind.
pub(crate) fn runner_with(kind: &'static str, fields: &[(&str, &str)]) -> StepRunner {
    let credentials = [(kind, credential(kind.parse().unwrap(), fields))];
    let credentials = Arc::new(Credentials(credentials.into()));
    StepRunner::new("http://127.0.0.1:9/", credentials, Redactor::default(), Reach::Anything).unwrap()
}

/// Runs one attempt with time to spare, and throws its log away.
pub(crate) async fn attempt(
    runner: &StepRunner,
    kind: StepKind,
    input: &Value,
) -> Result<Outcome, StepFailure> {
    run(runner, kind, input, Duration::from_mins(1), &mut Vec::new()).await
}

/// Runs one attempt.
pub(crate) async fn run(
    runner: &StepRunner,
    kind: StepKind,
    input: &Value,
    timeout: Duration,
    log: &mut Vec<LogLine>,
) -> Result<Outcome, StepFailure> {
    runner
        .run(Call {
            kind,
            input,
            idempotency_key: IDEMPOTENCY_KEY,
            trace: None,
            timeout,
            log,
            now: NOW,
            started_at: NOW,
            scope: None,
        })
        .await
}

/// Runs an `http` step that succeeds, and gives its output.
pub(crate) async fn http(input: Value) -> Value {
    output(attempt(&runner_for("http://127.0.0.1:9/"), StepKind::Http, &input).await.unwrap())
}

/// Runs an `http` step that fails.
pub(crate) async fn http_failure(input: Value) -> StepFailure {
    attempt(&runner_for("http://127.0.0.1:9/"), StepKind::Http, &input).await.unwrap_err()
}

/// The output of a step that is not `return`.
pub(crate) fn output(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Output(value) => value,
        Outcome::Return(value) => panic!("the execution ended with {value}"),
    }
}

/// A server that answers every request in the same way.
pub(crate) async fn server(answer: impl Respond + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(matchers::any()).respond_with(answer).mount(&server).await;
    server
}

/// The one request that the server has seen.
pub(crate) async fn only_request(server: &MockServer) -> wiremock::Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

/// A header of a request as text.
pub(crate) fn header<'a>(request: &'a wiremock::Request, name: &str) -> Option<&'a str> {
    request.headers.get(name).map(|value| value.to_str().unwrap())
}
