//! `POST /workflows/validate`: what is wrong with a workflow, without storing it.

use axum::Json;
use axum::extract::State;
use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Diagnostic;
use serde::Serialize;

use super::missing_credentials::missing_credentials;
use crate::extract::{Reader, WorkflowSource};
use crate::problem::Problem;
use crate::state::ApiState;

/// Whether the workflow would be taken, and everything there is to say about it.
#[derive(Debug, Serialize)]
pub(crate) struct Findings {
    valid: bool,
    diagnostics: Vec<Diagnostic>,
}

/// Answers 200 whatever is found: the question was what there is to find.
pub(crate) async fn validate(
    _: Reader,
    State(state): State<ApiState>,
    WorkflowSource(yaml): WorkflowSource,
) -> Result<Json<Findings>, Problem> {
    Ok(Json(match bellhop_workflow::parse(&yaml, catalogue()) {
        Ok(parsed) => {
            let mut diagnostics = parsed.warnings;
            diagnostics.extend(missing_credentials(&state, &parsed.workflow, &yaml).await?);
            Findings { valid: true, diagnostics }
        }
        Err(diagnostics) => Findings { valid: false, diagnostics },
    }))
}
