//! `bellhop diff`: what `bellhop apply` would change. Exit code 0 where nothing differs, 1 where something does, 2 where
//! that could not be found out.

mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::model::Workflow;
use clap::Args;
use serde_json::{Value, json};
use similar::TextDiff;

use super::checked::{self, CheckedFile};
use super::client::{Client, decode};
use super::output::{Paint, text};
use super::{CliError, Context, shapes, validate};

/// Unchanged lines that are shown around each change.
const LINES_AROUND: usize = 3;

/// What `bellhop diff` takes.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Workflow files, or directories with such files
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
}

/// A file against what is deployed under its workflow's name.
struct Comparison {
    file: String,
    name: WorkflowName,
    /// What is deployed; none where there is nothing of that name.
    deployed: Option<Deployed>,
    yaml: String,
    /// What changes, a sentence each.
    summary: Vec<String>,
}

struct Deployed {
    version: i64,
    state: String,
    yaml: String,
}

pub(super) async fn run(args: &DiffArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match compare_all(args, context).await {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(CliError::Print(error)) => Err(error.into()),
        Err(error) => {
            error.report(context.output);
            Ok(ExitCode::from(2))
        }
    }
}

/// Whether nothing differs.
async fn compare_all(args: &DiffArgs, context: &Context<'_>) -> Result<bool, CliError> {
    let files = checked::check(&args.paths)?;
    let bad = files.iter().filter(|file| file.workflow().is_none()).count();
    if bad > 0 {
        if !context.output.is_json() {
            validate::print_mistakes(&files, context);
        }
        let message = format!("nothing was compared: {bad} of {} files cannot be used", files.len());
        return Err(CliError::failed(message).with_help("`bellhop validate` shows what is wrong with them"));
    }
    let client = context.client()?;
    let mut comparisons = Vec::new();
    for file in files {
        comparisons.push(compare(&client, file).await?);
    }
    let output = context.output;
    if output.is_json() {
        let items: Vec<Value> = comparisons.iter().map(Comparison::to_json).collect();
        output.json(&json!({ "items": items }))?;
    } else {
        for comparison in &comparisons {
            output.line(&comparison.page(output.paint()))?;
        }
    }
    Ok(comparisons.iter().all(Comparison::is_same))
}

async fn compare(client: &Client, file: CheckedFile) -> Result<Comparison, CliError> {
    let new = parse(&file.yaml).ok_or_else(|| CliError::failed(format!("{} cannot be read", file.name())))?;
    let name = new.name.clone();
    let deployed = match client.get(&["workflows", name.as_str()], &[]).await {
        Ok(answer) => {
            let workflow: shapes::Workflow = decode(&answer)?;
            let yaml = workflow.yaml.ok_or_else(|| client.not_bellhop("gave a workflow without its YAML"))?;
            Some(Deployed { version: workflow.version, state: workflow.state, yaml })
        }
        Err(error) if error.status() == Some(404) => None,
        Err(error) => return Err(error),
    };
    let summary = match &deployed {
        None => vec!["nothing of that name is deployed: it would be created".to_owned()],
        Some(deployed) if deployed.yaml == file.yaml => Vec::new(),
        Some(deployed) => match parse(&deployed.yaml) {
            Some(old) => words::changes(&old, &new, deployed.state == "active"),
            None => vec!["this version of Bellhop does not understand what is deployed".to_owned()],
        },
    };
    Ok(Comparison { file: file.name(), name, deployed, yaml: file.yaml, summary })
}

fn parse(yaml: &str) -> Option<Workflow> {
    bellhop_workflow::parse(yaml, catalogue()).ok().map(|parsed| parsed.workflow)
}

impl Comparison {
    fn is_same(&self) -> bool {
        self.deployed.as_ref().is_some_and(|deployed| deployed.yaml == self.yaml)
    }

    fn result(&self) -> &'static str {
        match &self.deployed {
            None => "new",
            Some(_) if self.is_same() => "same",
            Some(_) => "different",
        }
    }

    /// The lines that differ, as `diff -u` writes them; empty where there are none.
    fn unified(&self) -> String {
        let (old, label) = match &self.deployed {
            Some(deployed) => {
                (deployed.yaml.as_str(), format!("{}, version {} (deployed)", self.name, deployed.version))
            }
            None => ("", "/dev/null".to_owned()),
        };
        TextDiff::from_lines(old, &self.yaml)
            .unified_diff()
            .context_radius(LINES_AROUND)
            .header(&label, &self.file)
            .to_string()
    }

    /// The comparison for a person.
    fn page(&self, paint: Paint) -> String {
        if self.is_same() {
            return format!("{}  {}", paint.dim("same"), self.name);
        }
        let lines: Vec<String> = text::harmless(self.unified().trim_end())
            .lines()
            .map(|line| match line.as_bytes() {
                [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => paint.strong(line),
                [b'+', ..] => paint.added(line),
                [b'-', ..] => paint.removed(line),
                [b'@', ..] => paint.frame(line),
                _ => line.to_owned(),
            })
            .collect();
        let summary: Vec<String> =
            self.summary.iter().map(|sentence| format!("  {}", text::clean(sentence))).collect();
        let result = paint.warning(self.result());
        format!("{}\n\n{result}  {}\n{}\n", lines.join("\n"), self.name, summary.join("\n"))
    }

    fn to_json(&self) -> Value {
        json!({
            "file": self.file,
            "workflow": self.name,
            "result": self.result(),
            "version": self.deployed.as_ref().map(|deployed| deployed.version),
            "summary": self.summary,
            "diff": if self.is_same() { Value::Null } else { self.unified().into() },
        })
    }
}
