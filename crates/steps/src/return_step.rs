//! `return`: ends the execution as succeeded; what is under `with` becomes the execution's output.

use serde_json::Value;

/// Gives back the output; nothing under `with` is `null`.
pub(crate) fn run(input: &Value) -> Value {
    input.clone()
}
