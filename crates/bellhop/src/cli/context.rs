//! What every command has at hand: where it prints, what time it is, and how it reaches a server.

use std::path::{Path, PathBuf};

use bellhop_vault::Secret;
use bellhop_workflow::time::{Clock, SystemClock, Timestamp};
use clap::Args;
use clap::builder::{StringValueParser, TypedValueParser};

use super::CliError;
use super::client::Client;
use super::output::{Format, Output};

/// Where a server is looked for when nobody says where it is.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";
/// Where a server keeps its data when nobody says where.
const DEFAULT_DATA_DIR: &str = "bellhop-data";

/// The heading that sets these options apart from a command's own.
const HEADING: &str = "Options of every command";

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// The server to talk to, as an http or https URL.
    #[arg(long, value_name = "URL", env = "BELLHOP_SERVER", hide_env_values = true)]
    #[arg(global = true, help_heading = HEADING, display_order = 900)]
    #[arg(help = "The server to talk to [default: http://127.0.0.1:8080]")]
    pub server: Option<String>,
    /// The token to show it; a local server's is found in its data directory
    #[arg(long, env = "BELLHOP_TOKEN", hide_env_values = true)]
    #[arg(global = true, help_heading = HEADING, display_order = 901)]
    #[arg(value_parser = StringValueParser::new().map(Secret::from))]
    pub token: Option<Secret>,
    /// Where the server keeps its data, and its token [default: bellhop-data]
    #[arg(long, value_name = "DIR", env = "BELLHOP_DATA_DIR", hide_env_values = true)]
    #[arg(global = true, help_heading = HEADING, display_order = 902)]
    pub data_dir: Option<PathBuf>,
    /// Print for a person (human) or for a program (json); `validate` and `test` also for GitHub Actions (github)
    #[arg(long, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    #[arg(global = true, help_heading = HEADING, display_order = 903)]
    pub output: Format,
}

/// What a command has at hand.
pub(super) struct Context<'a> {
    global: &'a GlobalArgs,
    clock: SystemClock,
    /// Where it prints.
    pub(super) output: &'a Output,
}

impl<'a> Context<'a> {
    pub(super) fn new(global: &'a GlobalArgs, output: &'a Output) -> Self {
        Self { global, clock: SystemClock, output }
    }

    /// The present instant.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A client for the server that the command line, or the environment, names. Nothing is sent yet.
    pub(super) fn client(&self) -> Result<Client, CliError> {
        // A variable that is set to nothing means the same as one that is not set.
        let server = self.global.server.as_deref().filter(|text| !text.is_empty()).unwrap_or(DEFAULT_SERVER);
        let token = self.global.token.as_ref().filter(|token| !token.expose().trim().is_empty());
        Client::new(server, token, self.data_dir())
    }

    /// Where the command line, or the environment, says that the server keeps its data.
    pub(super) fn given_data_dir(&self) -> Option<&Path> {
        self.global.data_dir.as_deref().filter(|path| !path.as_os_str().is_empty())
    }

    fn data_dir(&self) -> &Path {
        self.given_data_dir().unwrap_or(Path::new(DEFAULT_DATA_DIR))
    }
}
