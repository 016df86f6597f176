//! The server's answers, as far as they are shown to a person. `--output json` prints the answers themselves.
//!
//! States, statuses and outcomes are kept as words: a newer server may know more of them than this program does, and
//! most of them are only shown.

use bellhop_workflow::time::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A workflow.
#[derive(Debug, Deserialize)]
pub(super) struct Workflow {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) state: String,
    pub(super) version: i64,
    pub(super) yaml: Option<String>,
    #[serde(default)]
    pub(super) triggers: Vec<Trigger>,
    #[serde(default)]
    pub(super) registrations: Vec<Registration>,
    pub(super) last_execution: Option<LastExecution>,
    pub(super) counts: Option<Counts>,
    /// Mistakes that did not keep the server from taking it.
    #[serde(default, alias = "warnings")]
    pub(super) diagnostics: Vec<Value>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
}

/// What starts a workflow.
#[derive(Debug, Deserialize)]
pub(super) struct Trigger {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) hook_url: Option<String>,
}

/// What a trigger has at its vendor.
#[derive(Debug, Deserialize)]
pub(super) struct Registration {
    /// Whose it is, in a list of all.
    pub(super) workflow: Option<String>,
    pub(super) trigger: String,
    pub(super) provider: String,
    pub(super) hook_url: Option<String>,
    pub(super) webhook_id: Option<String>,
    pub(super) state: String,
    pub(super) vendor_status: Option<String>,
    #[serde(default)]
    pub(super) events: Vec<Value>,
    pub(super) last_error: Option<String>,
    pub(super) last_delivery_at: Option<Timestamp>,
    pub(super) reconciled_at: Option<Timestamp>,
    pub(super) mended: Option<Mended>,
    pub(super) last_recovery: Option<LastRecovery>,
}

/// What was last fetched that had not been delivered.
#[derive(Debug, Deserialize)]
pub(super) struct LastRecovery {
    pub(super) since: Timestamp,
    pub(super) finished_at: Option<Timestamp>,
    pub(super) report: Option<RecoveryCounts>,
    pub(super) error: Option<String>,
}

/// How much that was.
#[derive(Debug, Deserialize)]
pub(super) struct RecoveryCounts {
    #[serde(default)]
    pub(super) run: u64,
    pub(super) too_old: Option<Value>,
}

/// What had changed at the vendor and was put right.
#[derive(Debug, Deserialize)]
pub(super) struct Mended {
    pub(super) at: Timestamp,
    pub(super) what: String,
}

/// What a reconciliation came to.
#[derive(Debug, Deserialize)]
pub(super) struct Reconciliation {
    pub(super) registrations: u64,
    #[serde(default)]
    pub(super) credentials: Vec<AskedWith>,
    #[serde(default)]
    pub(super) found: Vec<Drifted>,
}

/// A credential that a vendor was asked with.
#[derive(Debug, Deserialize)]
pub(super) struct AskedWith {
    pub(super) name: String,
    #[serde(default)]
    pub(super) warning: Option<String>,
    pub(super) error: Option<String>,
    pub(super) retry_at: Option<Timestamp>,
}

/// Something that was not as it should be.
#[derive(Debug, Deserialize)]
pub(super) struct Drifted {
    pub(super) workflow: Option<String>,
    pub(super) trigger: Option<String>,
    pub(super) webhook_id: Option<String>,
    pub(super) mended: bool,
    pub(super) what: String,
    pub(super) error: Option<String>,
}

/// The newest execution of a workflow.
#[derive(Debug, Deserialize)]
pub(super) struct LastExecution {
    pub(super) status: String,
    pub(super) created_at: Timestamp,
}

/// How the newest executions of a workflow went.
#[derive(Debug, Deserialize)]
pub(super) struct Counts {
    #[serde(default)]
    pub(super) executions: i64,
    #[serde(default)]
    pub(super) failed: i64,
}

/// An execution.
#[derive(Debug, Deserialize)]
pub(super) struct Execution {
    pub(super) id: String,
    pub(super) workflow: String,
    pub(super) version: Option<i64>,
    pub(super) status: String,
    pub(super) trigger: Option<String>,
    pub(super) event: Option<Event>,
    #[serde(default)]
    pub(super) inputs: Value,
    #[serde(default)]
    pub(super) output: Value,
    pub(super) error: Option<ExecutionError>,
    pub(super) retry_of: Option<String>,
    #[serde(default)]
    pub(super) retries: Vec<String>,
    pub(super) replay_of: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) started_at: Option<Timestamp>,
    pub(super) finished_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) steps: Vec<Step>,
}

/// The event that started an execution.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) data: Value,
}

/// Why an execution failed.
#[derive(Debug, Deserialize)]
pub(super) struct ExecutionError {
    pub(super) step: Option<String>,
    pub(super) kind: String,
    pub(super) message: String,
}

/// A step of an execution.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    pub(super) path: String,
    pub(super) uses: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) attempts: u32,
    #[serde(default)]
    pub(super) input: Value,
    #[serde(default)]
    pub(super) output: Value,
    pub(super) error: Option<StepError>,
    #[serde(default)]
    pub(super) logs: Vec<Log>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) finished_at: Option<Timestamp>,
}

/// Why a step failed.
#[derive(Debug, Deserialize)]
pub(super) struct StepError {
    pub(super) kind: String,
    pub(super) message: String,
}

/// A line of a step's log.
#[derive(Debug, Deserialize)]
pub(super) struct Log {
    pub(super) at: Timestamp,
    pub(super) level: String,
    pub(super) message: String,
}

/// A delivery.
#[derive(Debug, Deserialize)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) hook_id: String,
    pub(super) workflow: Option<String>,
    pub(super) outcome: String,
    pub(super) reason: Option<String>,
    pub(super) event_id: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) received_at: Timestamp,
    #[serde(default)]
    pub(super) size: u64,
    #[serde(default)]
    pub(super) execution_ids: Vec<String>,
    #[serde(default)]
    pub(super) headers: Map<String, Value>,
    #[serde(default)]
    pub(super) body: Value,
    /// The body where it is not text.
    pub(super) body_base64: Option<String>,
}

/// Requests that were refused and are counted only.
#[derive(Debug, Deserialize)]
pub(super) struct Rejections {
    pub(super) hook_id: Option<String>,
    pub(super) workflow: Option<String>,
    pub(super) reason: String,
    pub(super) requests: u64,
    #[serde(default)]
    pub(super) bytes: u64,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
}

/// What became of a delivery that was replayed.
#[derive(Debug, Deserialize)]
pub(super) struct Replayed {
    pub(super) outcome: String,
    pub(super) reason: Option<String>,
    pub(super) execution_id: Option<String>,
}

/// What came of fetching what a trigger had missed.
#[derive(Debug, Deserialize)]
pub(super) struct Recovered {
    pub(super) workflow: String,
    pub(super) trigger: String,
    pub(super) since: Timestamp,
    pub(super) too_old: Option<Value>,
    pub(super) fetched: u64,
    pub(super) run: u64,
    pub(super) duplicates: u64,
    pub(super) filtered: u64,
    pub(super) awaited: u64,
    #[serde(default)]
    pub(super) forgotten: u64,
    pub(super) without_data: u64,
    pub(super) unreadable: u64,
    pub(super) error: Option<String>,
}

/// A credential: never its values.
#[derive(Debug, Deserialize)]
pub(super) struct Credential {
    pub(super) name: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) fields: Vec<String>,
    /// Whether it is stored, or comes from the server's environment.
    pub(super) source: Option<String>,
    pub(super) updated_at: Option<Timestamp>,
}

/// A credential that was tested and is good.
#[derive(Debug, Deserialize)]
pub(super) struct Tested {
    pub(super) identity: Identity,
}

/// A token: never the token itself.
#[derive(Debug, Deserialize)]
pub(super) struct AccessToken {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) scope: String,
    /// The only workflows that it is for.
    pub(super) workflows: Option<Vec<String>>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) last_used_at: Option<Timestamp>,
    pub(super) revoked_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
}

/// A change that somebody has made.
#[derive(Debug, Deserialize)]
pub(super) struct AuditEntry {
    pub(super) at: Timestamp,
    pub(super) actor: Actor,
    pub(super) action: String,
    pub(super) object: Object,
    #[serde(default)]
    pub(super) before: Value,
    #[serde(default)]
    pub(super) after: Value,
    pub(super) address: Option<String>,
}

/// Who has made it.
#[derive(Debug, Deserialize)]
pub(super) struct Actor {
    pub(super) name: String,
}

/// What was changed.
#[derive(Debug, Deserialize)]
pub(super) struct Object {
    pub(super) kind: String,
    pub(super) name: Option<String>,
}

/// Whom a credential stands for.
#[derive(Debug, Deserialize)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) organizations: Vec<Organization>,
}

/// Where somebody works.
#[derive(Debug, Deserialize)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) name: Option<String>,
}
