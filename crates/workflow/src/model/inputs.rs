//! `inputs:` of a `manual` trigger: what a start by hand has to give.

use std::fmt;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::schema;

/// More inputs than these that do not exist are not listed, nor more characters of their names shown.
const MAX_UNKNOWN: usize = 20;
const MAX_SHOWN: usize = 80;

/// The inputs of a workflow, in the order of the file. Where a trigger says none, anything is taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inputs {
    /// Each by its name.
    pub fields: IndexMap<String, Input>,
}

/// One input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// What it must be, as a JSON Schema (draft 2020-12): `type`, `enum`, `items`, `minimum` and so on, with the
    /// `description`.
    pub schema: Value,
    /// Whether a start without it is refused.
    pub required: bool,
    /// What it is where it is left out.
    pub default: Option<Value>,
}

/// What is wrong with the inputs that a start gave. The value itself is never shown: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct InputMistake {
    /// Where, by the input's name: `amount`, `address.city`, `rows[2].sku`.
    #[schema(example = "amount")]
    pub path: String,
    /// What it should be: `must be a whole number`.
    #[schema(example = "must be a whole number")]
    pub message: String,
}

impl fmt::Display for InputMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.path, self.message)
    }
}

impl Inputs {
    /// Holds what a start gave against what it has to give.
    ///
    /// Gives the inputs as the execution sees them: in the order of the file, with the defaults of those that were left
    /// out; one without a default that was left out is not there. The error has everything that is wrong, and at least
    /// one thing.
    pub fn check(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<InputMistake>> {
        let mut mistakes: Vec<InputMistake> = Vec::new();
        let mut note = |path: &str, message: &str| {
            mistakes.push(InputMistake { path: path.to_owned(), message: message.to_owned() });
        };
        let mut inputs = Map::new();
        for (name, input) in &self.fields {
            match (given.get(name), &input.default) {
                (Some(value), _) => {
                    for (path, message) in schema::check(&input.schema, value, name) {
                        note(&path, &message);
                    }
                    inputs.insert(name.clone(), value.clone());
                }
                (None, Some(default)) => {
                    inputs.insert(name.clone(), default.clone());
                }
                (None, None) if input.required => note(name, "is missing"),
                (None, None) => {}
            }
        }
        for name in given.keys().filter(|name| !self.fields.contains_key(*name)).take(MAX_UNKNOWN) {
            let known: Vec<String> = self.fields.keys().map(|name| format!("`{name}`")).collect();
            let message = if known.is_empty() {
                "is no input: this workflow takes none".to_owned()
            } else {
                format!("is no input; there is {}", known.join(", "))
            };
            note(&name.chars().take(MAX_SHOWN).collect::<String>(), &message);
        }
        if mistakes.is_empty() { Ok(inputs) } else { Err(mistakes) }
    }
}
