//! `http`: a request to anywhere. Gives `{status, headers, body}`: header names in lower case, one that comes more
//! than once joined by a comma (`set-cookie`, whose values have commas, is a list), and the body as JSON where its
//! content type says so, else as text, else in base64.

mod body;
mod expect;
mod headers;
mod request;

use std::time::Instant;

use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use bellhop_workflow::trace::TraceContext;
use serde_json::{Value, json};

use self::request::HttpInput;
use crate::{StepFailure, StepRunner, credential};

/// Sends the request and reads its answer.
pub(crate) async fn run(
    runner: &StepRunner,
    input: &Value,
    idempotency_key: &str,
    trace: Option<TraceContext>,
    now: Timestamp,
) -> Result<Value, StepFailure> {
    let HttpInput { mut outgoing, credential, expected } = HttpInput::read(input)?;
    if let Some(name) = credential {
        outgoing.authenticate(credential::for_http(&name, &runner.credential(&name).await?)?);
    }
    outgoing.mark(idempotency_key)?;
    outgoing.trace(trace);

    let sent = Instant::now();
    let answer = outgoing.send(&runner.anywhere).await?;
    runner.limits.learn(StepKind::Http, input, &answer, now.plus(sent.elapsed()));

    if !expected.includes(answer.status) {
        return Err(answer.failure(None, &runner.redactor, now));
    }
    let answer = answer.complete()?;
    Ok(json!({
        "status": answer.status.as_u16(),
        "headers": headers::output(&answer.headers),
        "body": answer.body(),
    }))
}
