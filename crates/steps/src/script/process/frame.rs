//! What goes through the pipes: JSON behind its length, four bytes with the most significant first.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The length that stands before a frame, in bytes.
pub(super) const PREFIX: usize = 4;

/// What a process answers as soon as it has read a whole job, before the job's report.
pub(super) const TAKEN: u8 = 1;

/// The longest job. Its data become objects of the engine, and more than this never fit into a script's memory.
pub(super) const LONGEST_JOB: usize = 128 * 1024 * 1024;

/// The longest report: log and output at their largest, with room for what JSON escapes.
pub(super) const LONGEST_REPORT: usize = 16 * 1024 * 1024;

/// A frame with that in it; none where it is longer than `longest`.
pub(super) fn encode(content: &impl Serialize, longest: usize) -> io::Result<Option<Vec<u8>>> {
    let mut frame = vec![0; PREFIX];
    serde_json::to_writer(&mut frame, content)?;
    let length = frame.len() - PREFIX;
    if length > longest {
        return Ok(None);
    }
    let prefix = u32::try_from(length).map_err(io::Error::other)?.to_be_bytes();
    frame[..PREFIX].copy_from_slice(&prefix);
    Ok(Some(frame))
}

/// How long the frame behind that prefix is. One that is longer than `longest` is not read.
pub(super) fn length(prefix: [u8; PREFIX], longest: usize) -> io::Result<usize> {
    match usize::try_from(u32::from_be_bytes(prefix)) {
        Ok(length) if length <= longest => Ok(length),
        _ => Err(io::Error::other("a frame is too long")),
    }
}

/// What is in a frame without its prefix.
pub(super) fn decode<T: DeserializeOwned>(content: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_slice(content)?)
}
