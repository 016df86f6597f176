//! What can be seen to be wrong before anything runs, though each part by itself is as it should be.
//!
//! # Adding a check
//! A file here, called where what it looks at has been read.

pub(super) mod arms;
pub(super) mod reach;
pub(super) mod respond;
pub(super) mod until;

use crate::expression::Expression;

/// What a condition always is, where it says that outright.
fn constant(condition: &Expression) -> Option<bool> {
    match condition.source().trim() {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    }
}
