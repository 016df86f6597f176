//! The command line: what can be typed, and what each command does with a server or with files.
//!
//! # Adding a command
//! 1. A file of its own here with its arguments (`clap::Args`) and an `async fn run(args, &Context)`.
//! 2. A variant of [`Command`] and a line in [`dispatch`].
//! 3. A story in `tests/it/cli/`.
//!
//! What a command prints goes through [`output`], which knows whether a person or a program reads it. Exit codes: 0
//! it was done, 1 it was not (or what was asked for ended badly), 2 the command line makes no sense.

mod activate;
mod apply;
mod arguments;
mod audit;
mod backup;
mod catalog;
mod checked;
pub(crate) mod client;
mod completions;
mod context;
mod credentials;
mod deliveries;
pub mod demo;
mod diagnostics;
mod diff;
mod doctor;
mod error;
mod executions;
mod explain;
mod export;
pub mod health;
mod import;
mod init;
mod lists;
mod local;
mod man;
mod migrate;
mod neighbours;
pub mod output;
mod problem;
mod progress;
mod recover;
mod registrations;
mod rejections;
mod restore;
mod run;
mod schema;
pub mod serve;
mod shapes;
mod test;
mod token;
mod tokens;
mod validate;
mod vault;
mod workflows;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use self::arguments::workflow_name;
use self::context::Context;
pub use self::context::GlobalArgs;
pub use self::error::CliError;
use self::output::Output;

/// Runs workflows when something happens in Close CRM, or anywhere else that can send a webhook.
#[derive(Debug, Parser)]
#[command(name = "bellhop", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "New here? `bellhop demo` shows everything at work, without an account and without set-up."
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, in the order the help shows them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(serve::ServeArgs),
    /// Show everything at work, with a simulated Close and a temporary server
    Demo(demo::DemoArgs),
    /// Make a first workflow by asking
    Init(init::InitArgs),
    /// Check workflow files and their tests, without a server
    Validate(validate::ValidateArgs),
    /// Run the tests that lie beside workflows, without a server or a network
    Test(test::TestArgs),
    /// Show what a workflow will do, as a tree
    Explain(explain::ExplainArgs),
    /// Compare workflow files with what is deployed
    Diff(diff::DiffArgs),
    /// Create or update workflows on the server from files
    Apply(apply::ApplyArgs),
    /// List, show and delete workflows
    #[command(subcommand, visible_alias = "workflow")]
    Workflows(workflows::WorkflowsCommand),
    /// Switch a workflow on: register its triggers
    Activate(activate::ActivateArgs),
    /// Switch a workflow off: remove its triggers where they are registered
    Deactivate(activate::ActivateArgs),
    /// Start a workflow by hand
    Run(run::RunArgs),
    /// List, show, cancel and retry executions: what ran, and how it ended
    #[command(subcommand, visible_alias = "execution")]
    Executions(executions::ExecutionsCommand),
    /// List, show and replay deliveries: what arrived, and what became of it
    #[command(subcommand, visible_alias = "delivery")]
    Deliveries(deliveries::DeliveriesCommand),
    /// List what triggers have at their vendors, and put right what has changed there
    #[command(subcommand, visible_alias = "registration")]
    Registrations(registrations::RegistrationsCommand),
    /// Store, test, list and delete credentials; their values never come out again
    #[command(subcommand, visible_alias = "credential")]
    Credentials(credentials::CredentialsCommand),
    /// Make, list and revoke tokens of the REST interface
    #[command(subcommand)]
    Tokens(tokens::TokensCommand),
    /// Show who changed what, and when
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// List what can start a workflow, and the events that there are; needs no server
    #[command(subcommand, visible_alias = "catalogue")]
    Catalog(catalog::CatalogCommand),
    /// Change the key that everything secret is sealed with
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Find out what is wrong with this installation, and how to mend it
    Doctor(doctor::DoctorArgs),
    /// Save the database to a file, also while the server runs
    Backup(backup::BackupArgs),
    /// Put a backup in the place of the database, with the server stopped
    Restore(restore::RestoreArgs),
    /// Write workflows and history as lines of JSON
    Export(export::ExportArgs),
    /// Read what `export` has written into another database
    Import(import::ImportArgs),
    /// Copy everything to another database, from SQLite to PostgreSQL or back, with the servers stopped
    Migrate(migrate::MigrateArgs),
    /// Ask whether the server can serve
    Health(health::HealthArgs),
    /// Print the JSON Schema of workflow files, for editors
    Schema(schema::SchemaArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Write manual pages, for `man bellhop`
    Man(man::ManArgs),
}

/// Reads the command line, does what it says, and tells how that went.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be said about it where not even that can be printed.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    // An error only says that there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let output = Output::new(cli.global.output);
    match carry_out(cli, &output) {
        Ok(code) => code,
        Err(error) => error.report(&output),
    }
}

fn carry_out(cli: Cli, output: &Output) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::failed(format!("cannot start the runtime: {error}")))?;
    runtime.block_on(dispatch(cli, output))
}

async fn dispatch(cli: Cli, output: &Output) -> Result<ExitCode, CliError> {
    let finds_mistakes = matches!(cli.command, Command::Validate(_) | Command::Test(_));
    if output.is_github() && !finds_mistakes {
        return Err(CliError::usage("`--output github` is for `bellhop validate` and `bellhop test`")
            .with_help("a program reads `--output json`"));
    }
    let context = Context::new(&cli.global, output);
    match cli.command {
        Command::Serve(args) => {
            let args = serve::ServeArgs { data_dir: cli.global.data_dir, ..args };
            Box::pin(crate::server::serve(args)).await
        }
        Command::Demo(args) => Box::pin(crate::demo::run(args)).await,
        Command::Init(args) => init::run(&args, &context),
        Command::Validate(args) => validate::run(&args, &context),
        Command::Test(args) => test::run(&args, &context).await,
        Command::Explain(args) => explain::run(&args, &context).await,
        Command::Diff(args) => diff::run(&args, &context).await,
        Command::Apply(args) => apply::run(&args, &context).await,
        Command::Workflows(command) => workflows::run(command, &context).await,
        Command::Activate(args) => activate::activate(&args, &context).await,
        Command::Deactivate(args) => activate::deactivate(&args, &context).await,
        Command::Run(args) => run::run(&args, &context).await,
        Command::Executions(command) => executions::run(command, &context).await,
        Command::Deliveries(command) => deliveries::run(command, &context).await,
        Command::Registrations(command) => registrations::run(command, &context).await,
        Command::Credentials(command) => credentials::run(command, &context).await,
        Command::Catalog(command) => catalog::run(command, &context),
        Command::Tokens(command) => tokens::run(command, &context).await,
        Command::Audit(command) => audit::run(command, &context).await,
        Command::Vault(command) => vault::run(command, &context).await,
        Command::Doctor(args) => doctor::run(&args, &context).await,
        Command::Backup(args) => backup::run(&args, &context).await,
        Command::Restore(args) => restore::run(&args, &context).await,
        Command::Export(args) => export::run(&args, &context).await,
        Command::Import(args) => import::run(&args, &context).await,
        Command::Migrate(args) => migrate::run(&args, &context).await,
        Command::Health(health::HealthArgs {}) => health::run(&context).await,
        Command::Schema(args) => schema::run(&args, &context),
        Command::Completions(args) => completions::run(&args, &context),
        Command::Man(args) => man::run(&args, &context),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }
}
