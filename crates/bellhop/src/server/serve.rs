//! `bellhop serve`: a server in the foreground, until a signal ends it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use bellhop_workflow::time::SystemClock;
use serde_json::{Map, Value};
use tokio::signal::unix::{SignalKind, signal};

use super::{logging, start};
use crate::cli::CliError;
use crate::cli::serve::ServeArgs;
use crate::config::Settings;
use crate::scripts;

/// Runs a server until SIGTERM or SIGINT. A second signal ends it at once; nothing is lost either way.
pub async fn serve(args: ServeArgs) -> Result<ExitCode, CliError> {
    let failed = |error: &dyn std::error::Error| CliError::failed(error.to_string());
    let file = args.config.clone().map(PathBuf::from);
    let settings = Settings::load(file.as_deref(), &flags(args)).map_err(|error| failed(&error))?;
    logging::start(&settings).map_err(|error| {
        CliError::failed(format!("`log` cannot be understood: {error}"))
            .with_help("use a level (error, warn, info, debug, trace) or pairs such as `bellhop_api=debug`")
    })?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| failed(&error))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| failed(&error))?;

    let running = start(&settings, Arc::new(SystemClock), scripts::in_processes())
        .await
        .map_err(|error| failed(&error))?;
    greet(&running, &settings);
    let stopped = running.stopped();
    let by_itself = tokio::select! {
        _ = interrupt.recv() => false,
        _ = terminate.recv() => false,
        () = stopped.cancelled() => true,
    };
    let grace = settings.shutdown_grace.to_duration();
    tracing::info!(
        ?grace,
        "stopping: what is under way may end within the grace; a second signal ends at once"
    );
    tokio::select! {
        () = running.stop() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    if by_itself {
        return Err(CliError::failed("a part of the server has ended by itself; the log says which"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What was given on the command line, by the names of the settings.
fn flags(args: ServeArgs) -> Map<String, Value> {
    let data_dir = args.data_dir.map(|path| path.display().to_string());
    [
        ("listen", args.listen),
        ("public_url", args.public_url),
        ("database_url", args.database_url),
        ("workflows_dir", args.workflows_dir),
        ("close_api_base", args.close_api_base),
        ("data_dir", data_dir),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), Value::String(value?))))
    .collect()
}

fn greet(running: &super::Running, settings: &Settings) {
    tracing::info!(address = %running.address(), public_url = running.public_url(), "listening");
    if settings.api_token.is_none() {
        // The path, not the token: log lines travel further than the file does.
        let file = settings.data_dir.join(super::TOKEN_FILE);
        tracing::info!(file = %file.display(), "the REST token is in this file; the command line finds it there");
    }
    if !running.public_url().starts_with("https://") {
        tracing::warn!(
            public_url = running.public_url(),
            "vendors reach this server by a URL that is not https; set `public_url` before activating their triggers"
        );
    }
}
