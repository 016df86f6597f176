//! A registration as clients see it: never its key.

use std::collections::BTreeMap;

use bellhop_storage::RegistrationRow;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{HookId, TriggerId};
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::ApiState;

/// What one trigger has at its vendor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Registration {
    trigger: TriggerId,
    #[schema(example = "close")]
    provider: String,
    /// What else the vendor is told to find it, such as the repository.
    parameters: BTreeMap<String, String>,
    hook_id: HookId,
    #[schema(example = "https://bellhop.example.com/webhook/5f0c6a1be0f24d0a9d6a2f4b8c7e1d30")]
    hook_url: String,
    /// Whether other triggers may use the same one.
    shared: bool,
    #[schema(example = "whsub_1")]
    webhook_id: Option<String>,
    state: ActivationState,
    #[schema(example = "active")]
    vendor_status: Option<String>,
    events: Vec<EventPair>,
    last_error: Option<String>,
    last_delivery_at: Option<Timestamp>,
    reconciled_at: Option<Timestamp>,
    mended: Option<Mended>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What had changed at the vendor and was put right last.
#[derive(Debug, Serialize, ToSchema)]
struct Mended {
    at: Timestamp,
    #[schema(example = "was paused at Close: resumed")]
    what: String,
}

impl Registration {
    /// Takes what may be shown of a row.
    pub(crate) fn new(state: &ApiState, row: RegistrationRow) -> Self {
        Self {
            hook_url: state.hook_url(row.hook()),
            hook_id: row.hook().clone(),
            shared: row.shared_hook.is_some(),
            trigger: row.trigger_id,
            provider: row.provider,
            parameters: row.parameters,
            webhook_id: row.webhook_id,
            state: row.state,
            vendor_status: row.vendor_status,
            events: row.events,
            last_error: row.last_error,
            last_delivery_at: row.last_delivery_at,
            reconciled_at: row.reconciled_at,
            mended: row.mended.map(|mended| Mended { at: mended.at, what: mended.what }),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
