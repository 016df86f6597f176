//! Commands can be typed as they are written.

use bellhop::cli::Cli;
use clap::Parser as _;
use clap::error::ErrorKind;

use super::documents;

#[test]
fn every_command_in_the_documents_can_be_typed() {
    let mut seen = 0;
    for document in documents() {
        for line in document.text.lines().map(str::trim) {
            // A command stands on a line of its own, indented or fenced, or between backquotes.
            let quoted = line.split('`').skip(1).step_by(2);
            for command in std::iter::once(line).chain(quoted) {
                let command = command.strip_prefix("$ ").unwrap_or(command);
                let command = command.strip_prefix("target/release/").unwrap_or(command);
                let Some(arguments) = command.strip_prefix("bellhop ") else { continue };
                if let Some(words) = words(arguments) {
                    let typed = Cli::try_parse_from(std::iter::once("bellhop".to_owned()).chain(words));
                    // The help is an answer, not a mistake.
                    let is_answer =
                        |kind: ErrorKind| matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
                    let refused = typed.err().filter(|error| !is_answer(error.kind()));
                    assert!(
                        refused.is_none(),
                        "{}: `{command}`: {}",
                        document.path.display(),
                        refused.unwrap()
                    );
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 15, "{seen} commands found");
}

/// The words of a command as a shell would cut them, without where its output goes and what stands beside it; none for prose and for templates (`NAME`, `…`).
fn words(arguments: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in arguments.split(" #").next()?.split("  ").next()?.split(" > ").next()?.trim().chars() {
        match (character, quote) {
            ('…' | '|' | '[', None) => return None,
            (mark @ ('\'' | '"'), None) => quote = Some(mark),
            (mark, Some(open)) if mark == open => quote = None,
            (' ', None) => words.push(String::new()),
            (other, _) => words.last_mut()?.push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    // A placeholder is in capitals, and stands for something of its own kind.
    for word in &mut words {
        if word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            *word = match word.as_str() {
                "COMMAND" => "serve".to_owned(),
                "KIND" => "close".to_owned(),
                "SHELL" => "bash".to_owned(),
                "ID" => "01a20010-cf0b-701a-a99e-9c742a238d3d".to_owned(),
                other => other.to_ascii_lowercase(),
            };
        }
    }
    Some(words)
}
