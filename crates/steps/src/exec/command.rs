//! The input of `exec`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bellhop_workflow::model::StepKind;
use serde_json::{Map, Value};

use crate::StepFailure;
use crate::input::{Input, describe, scalar};

/// What is run, and how.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) directory: Option<PathBuf>,
    pub(super) stdin: Option<String>,
    pub(super) expected: Vec<i32>,
}

impl Command {
    /// Reads it. Each argument is one argument, whatever is in it.
    pub(super) fn read(input: &Value) -> Result<Self, StepFailure> {
        let mut input = Input::of(StepKind::Exec, input)?;
        let mut words = match input.raw("command") {
            Some(Value::Array(words)) => texts("command", words)?,
            Some(program) => texts("command", std::slice::from_ref(program))?,
            None => return Err(StepFailure::invalid_input("`exec` needs `command`")),
        };
        if words.first().is_none_or(String::is_empty) {
            return Err(StepFailure::invalid_input("`command` names no program"));
        }
        let program = words.remove(0);
        if let Some(more) = input.optional::<Vec<Value>>("args")? {
            words.extend(texts("args", &more)?);
        }
        let environment = environment(&input.optional("env")?.unwrap_or_default())?;
        let directory = input.optional::<String>("cwd")?.map(|path| whole("cwd", path)).transpose()?;
        let stdin = input.optional("stdin")?;
        let expected = match input.optional::<Value>("expect_exit")? {
            None => vec![0],
            Some(Value::Array(codes)) => codes.iter().map(code).collect::<Result<_, _>>()?,
            Some(one) => vec![code(&one)?],
        };
        input.finish()?;
        Ok(Self {
            program,
            arguments: words,
            environment,
            directory: directory.map(PathBuf::from),
            stdin,
            expected,
        })
    }
}

fn texts(key: &str, values: &[Value]) -> Result<Vec<String>, StepFailure> {
    values
        .iter()
        .map(|value| {
            let text = scalar(value).ok_or_else(|| {
                let what = describe(value);
                StepFailure::invalid_input(format!("`{key}` is a list of texts and numbers, not of {what}"))
            })?;
            whole(key, text.into_owned())
        })
        .collect()
}

fn environment(map: &Map<String, Value>) -> Result<BTreeMap<String, String>, StepFailure> {
    map.iter()
        .map(|(name, value)| {
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(StepFailure::invalid_input(format!("`env`: `{name}` is no name of a variable")));
            }
            let text = scalar(value).ok_or_else(|| {
                let what = describe(value);
                StepFailure::invalid_input(format!("`env.{name}` is a text or a number, not {what}"))
            })?;
            Ok((name.clone(), whole(&format!("env.{name}"), text.into_owned())?))
        })
        .collect()
}

/// The system takes a NUL for the end of a text: what comes after it would be lost.
fn whole(key: &str, text: String) -> Result<String, StepFailure> {
    if text.contains('\0') {
        return Err(StepFailure::invalid_input(format!("`{key}` holds a NUL character")));
    }
    Ok(text)
}

fn code(value: &Value) -> Result<i32, StepFailure> {
    value.as_i64().and_then(|code| i32::try_from(code).ok()).ok_or_else(|| {
        StepFailure::invalid_input("`expect_exit` is a number, or a list of them, such as [0, 1]")
    })
}
