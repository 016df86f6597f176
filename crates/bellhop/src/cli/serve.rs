//! What `bellhop serve` takes. What it does is in `crate::server`.

use std::path::PathBuf;

use clap::Args;

/// What `bellhop serve` takes. Whatever is left out comes from the environment, the configuration file or a default.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS")]
    #[arg(help = "The address to listen on [env: BELLHOP_LISTEN] [default: 127.0.0.1:8080]")]
    pub listen: Option<String>,
    /// The URL that vendors reach this server at.
    #[arg(long, value_name = "URL")]
    #[arg(
        help = "The URL that vendors reach this server at [env: BELLHOP_PUBLIC_URL] [default: where it listens]"
    )]
    pub public_url: Option<String>,
    /// Where everything is stored: SQLite or PostgreSQL.
    #[arg(long, value_name = "URL")]
    #[arg(help = "Where everything is stored: sqlite://PATH, or postgres://… for many nodes \
                  [env: BELLHOP_DATABASE_URL] [default: bellhop.db in the data directory]")]
    pub database_url: Option<String>,
    /// The directory of the workflow files that are applied at the start.
    #[arg(long, value_name = "DIR")]
    #[arg(
        help = "Workflow files to apply at the start [env: BELLHOP_WORKFLOWS_DIR] [default: workflows, if there]"
    )]
    pub workflows_dir: Option<String>,
    /// The configuration file.
    #[arg(long, value_name = "FILE", help = "The configuration file [default: bellhop.toml, if there]")]
    pub config: Option<String>,
    /// Where Close's API is.
    #[arg(long, value_name = "URL")]
    #[arg(
        help = "Where Close's API is [env: BELLHOP_CLOSE_API_BASE] [default: https://api.close.com/api/v1]"
    )]
    pub close_api_base: Option<String>,
    /// The global `--data-dir`, handed on.
    #[arg(skip)]
    pub data_dir: Option<PathBuf>,
}
