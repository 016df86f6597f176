//! What was masked of an execution, as it is stored: sealed, for that execution alone.

use bellhop_vault::{MasterKey, SealError};
use bellhop_workflow::conceal::Concealed;
use bellhop_workflow::ids::ExecutionId;

/// Why something masked could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum ConcealError {
    /// It could not be sealed.
    #[error("what is masked cannot be sealed")]
    Seal(#[from] SealError),
    /// It could not be written out.
    #[error("what is masked cannot be written out")]
    Json(#[from] serde_json::Error),
}

/// Seals what was masked of an execution, for [`NewExecution::sealed`](super::NewExecution::sealed).
pub fn seal_concealed(
    key: &MasterKey,
    execution: ExecutionId,
    concealed: &Concealed,
) -> Result<Vec<u8>, ConcealError> {
    let json = serde_json::to_vec(concealed)?;
    Ok(key.seal(&seal_context(execution), &json)?.into_bytes())
}

/// What the seals of an execution are for: moved to another one, they do not open.
#[must_use]
pub fn seal_context(execution: ExecutionId) -> String {
    format!("execution:{execution}")
}
