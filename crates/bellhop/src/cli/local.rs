//! The settings of a server on this machine, for commands that work on its data without asking it.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};

use super::{CliError, Context};
use crate::config::Settings;

/// Whose data.
#[derive(Debug, Args)]
pub(super) struct LocalArgs {
    /// The server's configuration file [default: bellhop.toml, if there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl LocalArgs {
    /// The settings as `bellhop serve` would read them here.
    pub(super) fn settings(&self, context: &Context<'_>) -> Result<Settings, CliError> {
        load(self.config.as_deref(), context)
    }
}

fn load(file: Option<&Path>, context: &Context<'_>) -> Result<Settings, CliError> {
    let data_dir = context.given_data_dir().map(|path| Value::String(path.display().to_string()));
    let flags: Map<String, Value> = data_dir.map(|path| ("data_dir".to_owned(), path)).into_iter().collect();
    Settings::load(file, &flags).map_err(|error| CliError::failed(error.to_string()))
}
