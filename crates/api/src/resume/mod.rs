//! Resuming executions that wait: by the URL that a `wait_for` step gives out, or by hand.
//!
//! Whoever has the URL needs nothing else, so it says as little as possible, and looking at it changes nothing: mail
//! programs and chat previews open every link.

pub(crate) mod by_hand;
pub(crate) mod call;
mod html;
pub(crate) mod page;
mod payload;
mod place;

use bellhop_storage::ResumeOutcome;
use bellhop_workflow::ids::ExecutionId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// What a caller is told whose call counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Taken {
    resumed: bool,
    execution: ExecutionId,
    /// The step's path.
    #[schema(example = "approval")]
    step: String,
}

impl Taken {
    fn new(execution: ExecutionId, step: String) -> Self {
        Self { resumed: true, execution, step }
    }
}

/// What a token was made for; the same answer for one that is forged and one whose execution is gone.
fn read_token(state: &ApiState, token: &str) -> Result<(ExecutionId, String), Problem> {
    let (execution, path) = state.resume_tokens().read(token).map_err(|_| unknown())?;
    Ok((ExecutionId::from_uuid(execution), path))
}

fn unknown() -> Problem {
    Problem::because(kind::NOT_FOUND, "Nothing waits at this address.")
}

/// The answer where a call does not count; none where it does.
fn refusal(outcome: ResumeOutcome) -> Option<Problem> {
    match outcome {
        ResumeOutcome::Accepted => None,
        ResumeOutcome::AlreadyResumed => Some(Problem::new(kind::ALREADY_RESUMED)),
        ResumeOutcome::Expired => {
            Some(Problem::because(kind::NOT_WAITING_ANY_MORE, "The time of the step has run out."))
        }
        ResumeOutcome::Ended => {
            Some(Problem::because(kind::NOT_WAITING_ANY_MORE, "The execution has ended."))
        }
        ResumeOutcome::Unknown => Some(unknown()),
    }
}
