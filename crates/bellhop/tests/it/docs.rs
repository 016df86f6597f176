//! What the documents say can be done as they say it: workflows in them are good, commands in them can be typed,
//! links lead somewhere, and the table of settings is whole.

use std::path::{Path, PathBuf};

use bellhop::cli::Cli;
use bellhop::config::Settings;
use bellhop_rehearsal::Rehearser;
use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::model::Workflow;
use bellhop_workflow::testfile::{self, Companion};
use clap::Parser as _;
use clap::error::ErrorKind;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The documents, each with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut paths = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    paths.extend(std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "md"));
    assert!(paths.len() > 5, "the documents are not where they are looked for: {paths:?}");
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

fn is_workflow(block: &str) -> bool {
    block.contains("name:") && block.contains("steps:") && !is_tests(block)
}

/// Whether a block is a test file. Its workflow is another block of the same document.
fn is_tests(block: &str) -> bool {
    block.lines().any(|line| line == "cases:")
}

#[tokio::test]
async fn every_test_file_in_the_documents_passes() {
    let rehearser = Rehearser::new().unwrap();
    let mut seen = 0;
    for (path, text) in documents() {
        let blocks = blocks(&text, "yaml");
        let parsed = blocks.iter().filter(|block| is_workflow(block));
        let workflows: Vec<Workflow> = parsed
            .filter_map(|block| Some(bellhop_workflow::parse(block, catalogue()).ok()?.workflow))
            .collect();
        for block in blocks.iter().filter(|block| is_tests(block)) {
            let name = testfile::workflow_named(block);
            let workflow = workflows.iter().find(|workflow| Some(workflow.name.as_str()) == name.as_deref());
            let workflow = workflow.unwrap_or_else(|| panic!("{}: no workflow for\n{block}", path.display()));
            let tests = testfile::parse(block, &Companion::Found(workflow)).unwrap_or_else(|found| {
                panic!("{}", found.iter().map(|one| one.render("block")).collect::<String>())
            });
            for case in &tests.tests.cases {
                let report = rehearser.rehearse(workflow, case).await;
                let said: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
                assert!(report.has_passed(), "{}: {}: {}", path.display(), report.name, said.join("\n"));
                seen += 1;
            }
        }
    }
    assert!(seen >= 5, "{seen} cases found");
}

#[test]
fn every_workflow_in_the_documents_is_good() {
    let mut seen = 0;
    for (path, text) in documents() {
        for block in blocks(&text, "yaml").iter().filter(|block| is_workflow(block)) {
            let parsed = bellhop_workflow::parse(block, catalogue());
            let errors: Vec<_> = parsed.err().into_iter().flatten().map(|one| one.render("block")).collect();
            assert!(errors.is_empty(), "{}: {}\n{block}", path.display(), errors.join("\n"));
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen} workflows found");
}

#[test]
fn every_command_in_the_documents_can_be_typed() {
    let mut seen = 0;
    for (path, text) in documents() {
        for line in text.lines().map(str::trim) {
            // A command stands on a line of its own, indented or fenced, or between backquotes.
            let quoted = line.split('`').skip(1).step_by(2);
            for command in std::iter::once(line).chain(quoted) {
                let command = command.strip_prefix("target/release/").unwrap_or(command);
                let Some(arguments) = command.strip_prefix("bellhop ") else { continue };
                if let Some(words) = words(arguments) {
                    let typed = Cli::try_parse_from(std::iter::once("bellhop".to_owned()).chain(words));
                    // The help is an answer, not a mistake.
                    let refused = typed.err().filter(|error| error.kind() != ErrorKind::DisplayHelp);
                    assert!(refused.is_none(), "{}: `{command}`: {}", path.display(), refused.unwrap());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 15, "{seen} commands found");
}

/// The words of a command as a shell would cut them, without where its output goes; none for prose and for templates (`NAME`, `…`).
fn words(arguments: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in arguments.split(" #").next()?.split(" > ").next()?.trim().chars() {
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

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    for (path, text) in documents() {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(path.parent().unwrap().join(file).exists(), "{}: {target}", path.display());
        }
    }
}

#[test]
fn the_table_of_settings_is_whole() {
    let table = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let documented: Vec<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    for key in Settings::KEYS {
        assert!(documented.iter().any(|one| one == key), "`{key}` is not in docs/configuration.md");
        let variable = format!("`BELLHOP_{}`", key.to_uppercase());
        assert!(table.contains(&variable), "{variable} is not in docs/configuration.md");
    }
}
