//! Request bodies, within bounds of size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;

use crate::problem::{Problem, kind};

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// It is larger than allowed, or says that it will be.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The size that is allowed, in bytes.
        limit: usize,
        /// As large as it was seen or announced to be, in bytes.
        size: u64,
    },
    /// It did not arrive in time.
    #[error("the body did not arrive in time")]
    TooSlow {
        /// How much of it did, in bytes.
        size: u64,
    },
    /// The connection broke, or its framing did.
    #[error("the body ended early")]
    Broken {
        /// How much of it had come, in bytes.
        size: u64,
    },
}

/// Reads the whole body: at most `limit` bytes, within `time`. An announced length that is over the limit is refused
/// before anything is read.
pub(crate) async fn read_body(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    time: Duration,
) -> Result<Bytes, BodyError> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if let Some(size) = announced.filter(|size| usize::try_from(*size).map_or(true, |size| size > limit)) {
        return Err(BodyError::TooLarge { limit, size });
    }
    let mut collected = BytesMut::new();
    match tokio::time::timeout(time, collect(body, limit, &mut collected)).await {
        Ok(Ok(())) => Ok(collected.freeze()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(BodyError::TooSlow { size: collected.len() as u64 }),
    }
}

async fn collect(body: Body, limit: usize, collected: &mut BytesMut) -> Result<(), BodyError> {
    let mut frames = body.into_data_stream();
    while let Some(frame) = frames.next().await {
        let Ok(frame) = frame else { return Err(BodyError::Broken { size: collected.len() as u64 }) };
        if collected.len() + frame.len() > limit {
            return Err(BodyError::TooLarge { limit, size: (collected.len() + frame.len()) as u64 });
        }
        collected.extend_from_slice(&frame);
    }
    Ok(())
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { limit, .. } => {
                Self::because(kind::BODY_TOO_LARGE, format!("At most {limit} bytes are taken."))
            }
            BodyError::TooSlow { .. } => Self::new(kind::BODY_TIMEOUT),
            BodyError::Broken { .. } => Self::because(kind::MALFORMED_BODY, "The body ended early."),
        }
    }
}
