//! The paths of steps inside blocks, as [`StepRecord::path`](crate::journal::StepRecord::path) has them.

use std::borrow::Cow;

/// What the paths inside an attempt of a block begin with.
#[must_use]
pub fn block_prefix(path: &str, attempt: u32) -> Cow<'static, str> {
    Cow::from(if attempt <= 1 { format!("{path}/") } else { format!("{path}#{attempt}/") })
}

/// What the paths in one of a block's lists begin with.
#[must_use]
pub fn list_prefix(path: &str, attempt: u32, list: &str) -> String {
    format!("{}{list}/", block_prefix(path, attempt))
}

/// What the paths in an iteration begin with.
#[must_use]
pub fn iteration_prefix(path: &str, attempt: u32, iteration: usize) -> String {
    format!("{}{iteration}/", block_prefix(path, attempt))
}
