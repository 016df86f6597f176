//! Commands are run as they stand, in the order of the page, and show what stands below them.
//!
//! A page is one session: a directory that looks like a clone of the repository with a release build in it, a simulated
//! Close, and whatever server its commands start. What has to happen between two blocks, and that a reader has not to do,
//! stands in a comment of the page (see `directions.rs`).
//!
//! # Adding a block
//! - ```` ```sh ````: commands. Each has to succeed; `exit=1` behind `sh` says that the last one ends with 1.
//! - ```` ```console ````: commands after `$ `, each with what it prints below it. `…` stands for anything, and alone on a line for
//!   any lines; ids, times and durations are compared as such (`transcript.rs`).
//! - ```` ```http ````: a request line and a JSON body, which the server answers with 2xx.
//! - `not-run="why"` behind any of them, or behind a kind that nothing runs: it is only shown.

mod directions;
mod stage;
mod transcript;

use std::fmt::Write as _;
use std::time::Duration;

use super::{Document, Item, documents};
use directions::Direction;
use stage::Stage;
use transcript::Transcript;

/// How long a list may take to show what has just happened.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is run.
const RUN: [&str; 3] = ["sh", "console", "http"];

#[tokio::test(flavor = "multi_thread")]
async fn every_command_does_what_the_page_says() {
    let mut sessions = Vec::new();
    for document in documents() {
        if document.items().iter().any(is_run) {
            sessions.push(document);
        }
    }
    assert!(sessions.len() >= 5, "{} pages with commands", sessions.len());
    // One after another: each has a server or more of its own.
    let mut wrong = String::new();
    for document in sessions {
        let stage = Stage::new(&document).await;
        if let Err(why) = play(&document, stage).await {
            let _ = writeln!(wrong, "{}{why}\n", document.path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn is_run(item: &Item) -> bool {
    match item {
        Item::Block(block) => RUN.contains(&block.language.as_str()) && block.not_run().is_none(),
        Item::Comment { .. } => false,
    }
}

async fn play(document: &Document, mut stage: Stage) -> Result<(), String> {
    let mut before = String::new();
    for item in document.items() {
        match item {
            Item::Comment { line, text } => {
                for direction in directions::read(&text).map_err(|why| format!(":{line}: {why}"))? {
                    carry_out(&direction, &before, &mut stage)
                        .await
                        .map_err(|why| format!(":{line}: {why}"))?;
                }
            }
            Item::Block(block) if block.not_run().is_some() => {}
            Item::Block(block) => {
                let place = |why: String| format!(":{}: {why}", block.line);
                match block.language.as_str() {
                    "sh" => stage.script(&block.text, block.exit()).await.map(drop).map_err(place)?,
                    "http" => stage.request(&block.text).await.map_err(place)?,
                    "console" => console(&block, &mut stage).await.map_err(place)?,
                    _ => {}
                }
                before = block.text;
            }
        }
    }
    Ok(())
}

async fn carry_out(direction: &Direction, before: &str, stage: &mut Stage) -> Result<(), String> {
    match direction {
        Direction::Run(command) => stage.script(command, 0).await.map(drop),
        Direction::Save(file) => stage.save(file, before),
        Direction::Close(happening) => stage.happen(happening).await,
    }
}

async fn console(block: &super::Block, stage: &mut Stage) -> Result<(), String> {
    let commands = Transcript::read(&block.text)?;
    let last = commands.len().saturating_sub(1);
    for (index, Transcript { command, shown }) in commands.into_iter().enumerate() {
        let exit = if index == last { block.exit() } else { 0 };
        let shown = stage.with_addresses(&shown);
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let printed = stage.script(&command, exit).await?;
            let Err(why) = stage.names.compare(&shown, &printed) else { break };
            // What is refused is written down a little after it was answered. What changes something is done once.
            if !command.contains(" list") || tokio::time::Instant::now() > deadline {
                return Err(format!("`{command}`: {why}\n--- it printed\n{printed}"));
            }
        }
    }
    Ok(())
}
