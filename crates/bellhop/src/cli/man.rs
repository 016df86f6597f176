//! `bellhop man`: manual pages, made of what `--help` says.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use serde_json::json;

use super::{Cli, CliError, Context};

/// What `bellhop man` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
For instance:
  bellhop man | man -l -                      reads the first page now
  bellhop man /usr/local/share/man/man1       installs all, for `man bellhop` and `man bellhop-apply`")]
pub struct ManArgs {
    /// Where to write all pages, one for each command; the first page goes to standard output where it is left out
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// A page, and the file that it belongs into.
struct Page {
    file: String,
    text: String,
}

pub(super) fn run(args: &ManArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let pages = pages()?;
    let Some(dir) = &args.dir else {
        if let Some(first) = pages.first() {
            context.output.bytes(first.text.as_bytes())?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let unwritable = |path: &std::path::Path| {
        let path = path.display().to_string();
        move |error| CliError::failed(format!("cannot write {path}: {error}"))
    };
    fs::create_dir_all(dir).map_err(unwritable(dir))?;
    for page in &pages {
        let path = dir.join(&page.file);
        fs::write(&path, &page.text).map_err(unwritable(&path))?;
    }
    let output = context.output;
    if output.is_json() {
        let files: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
        output.json(&json!({ "dir": dir.display().to_string(), "files": files }))?;
    } else {
        output.line(&format!("wrote {} pages to {}", pages.len(), dir.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One page for each command, that of the program first.
fn pages() -> Result<Vec<Page>, CliError> {
    // `help` says what the pages say.
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    add(&program, &mut pages).map_err(|error| CliError::failed(format!("no page can be made: {error}")))?;
    Ok(pages)
}

fn add(command: &Command, pages: &mut Vec<Page>) -> std::io::Result<()> {
    // A date that is left out would have what follows take its place.
    let man = Man::new(command.clone()).manual("Bellhop").date(" ");
    let mut text = Vec::new();
    man.render(&mut text)?;
    pages.push(Page { file: man.get_filename(), text: in_ascii(&String::from_utf8_lossy(&text)) });
    for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        add(one, pages)?;
    }
    Ok(())
}

/// Without a letter that a reader of another locale would stumble over: `…` becomes `\[u2026]`, which is shown as `…`.
fn in_ascii(page: &str) -> String {
    let mut ascii = String::with_capacity(page.len());
    for letter in page.chars() {
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            // To write into a string cannot fail.
            let _ = write!(ascii, "\\[u{:04X}]", u32::from(letter));
        }
    }
    ascii
}
