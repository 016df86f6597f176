//! What a client is told where a workflow could not be switched on, off, changed or deleted.

use bellhop_storage::ResolveError;
use bellhop_trigger::lifecycle::LifecycleError;
use bellhop_vault::CredentialKind;
use bellhop_workflow::ids::{CredentialName, WorkflowName};

use super::credential_uses::credential_uses;
use super::etag::changed_to;
use super::missing_credentials::command;
use super::stored;
use crate::problem::{Problem, VendorAnswer, kind};
use crate::state::ApiState;

/// The answer to `error`, which concerns the workflow `name`.
pub(crate) async fn lifecycle_problem(
    state: &ApiState,
    name: &WorkflowName,
    error: LifecycleError,
) -> Problem {
    match error {
        LifecycleError::NotFound => Problem::not_found("workflow", name),
        LifecycleError::Invalid(diagnostics) => Problem::invalid_workflow(diagnostics),
        LifecycleError::Vendor { status, ref message, .. } => {
            let answer = VendorAnswer { status, message: own_words(message).to_owned() };
            Problem::vendor(message.as_str(), answer).caused_by(error)
        }
        LifecycleError::Credential { name: credential, source } => {
            unusable_credential(state, name, &credential, source).await
        }
        error @ (LifecycleError::CredentialKind { .. } | LifecycleError::UnknownVendor { .. }) => {
            Problem::because(kind::INVALID_CREDENTIAL, sentence(&error))
        }
        error @ LifecycleError::NameMismatch { .. } => Problem::because(kind::INVALID_BODY, sentence(&error)),
        error @ LifecycleError::HookTaken { .. } => Problem::because(kind::HOOK_TAKEN, sentence(&error)),
        error @ LifecycleError::Busy => Problem::because(kind::CONFLICT, sentence(&error)),
        LifecycleError::Changed { present } => changed_to(present),
        LifecycleError::Conflict => Problem::new(kind::CONFLICT),
        LifecycleError::Store(error) => error.into(),
        error @ (LifecycleError::Seal(_)
        | LifecycleError::Open(_)
        | LifecycleError::NoRandomness(_)
        | LifecycleError::Illegal(_)
        | LifecycleError::Aborted) => Problem::internal(error),
    }
}

async fn unusable_credential(
    state: &ApiState,
    workflow: &WorkflowName,
    credential: &CredentialName,
    source: ResolveError,
) -> Problem {
    let what = match source {
        ResolveError::Store(error) => return error.into(),
        ResolveError::Missing(_) => "is not there",
        ResolveError::Sealed { .. } => "was sealed with another master key and cannot be opened",
        ResolveError::Fields { .. } => "cannot be read",
    };
    let command = command(credential, needed_kind(state, workflow, credential).await);
    let detail = format!("The credential `{credential}` {what}. Store it: `{command}`.");
    Problem::because(kind::MISSING_CREDENTIAL, detail)
}

/// The kind that the workflow needs the credential to be of, where that can be said.
async fn needed_kind(
    state: &ApiState,
    workflow: &WorkflowName,
    credential: &CredentialName,
) -> Option<CredentialKind> {
    let row = stored::workflow(&state.store, workflow).await.ok()?;
    let version = stored::newest(&state.store, &row).await.ok()?;
    *credential_uses(&stored::parse(&version.yaml).ok()?).get(credential)?
}

/// What the vendor said, without what it was asked: `Failed to create webhook: …`.
fn own_words(message: &str) -> &str {
    match message.split_once(": ") {
        Some((attempt, words)) if attempt.starts_with("Failed to ") => words,
        _ => message,
    }
}

/// An error's fragment as a sentence.
fn sentence(error: &LifecycleError) -> String {
    let fragment = error.to_string();
    let mut characters = fragment.chars();
    let first = characters.next().map(char::to_uppercase);
    format!("{}{}.", first.into_iter().flatten().collect::<String>(), characters.as_str())
}
