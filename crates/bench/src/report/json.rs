//! The figures as a file.

use std::path::Path;
use std::thread;

use serde_json::json;

use crate::args::Scale;
use crate::error::BenchError;
use crate::figures::Figure;

/// Writes everything that was measured, with what it was measured on.
pub(crate) fn write_json(file: &Path, figures: &[Figure], scale: &Scale) -> Result<(), BenchError> {
    let document = json!({
        "processors": thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "window_seconds": scale.window.as_secs_f64(),
        "sustained_seconds": scale.sustained.as_secs_f64(),
        "figures": figures,
    });
    std::fs::write(file, format!("{document:#}\n"))
        .map_err(BenchError::io(format!("writing {}", file.display())))
}
