//! The input of `sql`, and the one statement that it becomes.

use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::StepKind;
use serde_json::{Map, Value};

use super::dialect::Dialect;
use super::scan::Scanner;
use crate::StepFailure;
use crate::input::{Input, describe};

/// The longest statement, in bytes.
const LONGEST: usize = 256 * 1024;

/// The most values. PostgreSQL counts them in 16 bits, SQLite takes half of that.
const MOST_VALUES: usize = 32_766;

/// What a step asks of a database.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) credential: CredentialName,
    query: Vec<Piece>,
    params: Option<Vec<Value>>,
}

/// A part of a query.
#[derive(Debug)]
enum Piece {
    /// The author's text.
    Text(String),
    /// What an expression gave. It is bound, and never a part of the text.
    Value(Value),
}

/// SQL with placeholders, and what they stand for.
#[derive(Debug, PartialEq)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Asked {
    pub(super) fn read(input: &Value) -> Result<Self, StepFailure> {
        let mut input = Input::of(StepKind::Sql, input)?;
        let credential = input.required("credential")?;
        let query = match input.raw("query") {
            Some(Value::String(text)) => vec![Piece::Text(text.clone())],
            Some(Value::Array(pieces)) => pieces.iter().map(piece).collect::<Result<_, _>>()?,
            _ => return Err(StepFailure::invalid_input("`sql` needs `query`, a text")),
        };
        let params = input.optional("params")?;
        input.finish()?;
        Ok(Self { credential, query, params })
    }

    /// The statement in that dialect.
    pub(super) fn statement(self, dialect: Dialect) -> Result<Statement, StepFailure> {
        let mut scanner = Scanner::new(dialect);
        let mut statement = Statement { sql: String::new(), values: Vec::new() };
        for piece in self.query {
            match piece {
                Piece::Text(text) => {
                    scanner.read(&text);
                    statement.sql.push_str(&text);
                }
                Piece::Value(value) => {
                    scanner.value().map_err(in_quotes)?;
                    statement.values.push(value);
                    statement.sql.push_str(&dialect.placeholder(statement.values.len()));
                }
            }
        }
        check(&scanner, dialect)?;
        if let Some(own) = scanner.placeholder().filter(|_| !statement.values.is_empty()) {
            return Err(StepFailure::invalid_input(format!(
                "`query` holds `{own}` beside expressions, which become placeholders themselves: write an \
                 expression in its place"
            )));
        }
        if let Some(params) = self.params {
            if !statement.values.is_empty() {
                return Err(StepFailure::invalid_input(
                    "`params` beside expressions in `query`: the expressions are bound already, leave `params` out",
                ));
            }
            statement.values = params;
        }
        if statement.sql.len() > LONGEST || statement.values.len() > MOST_VALUES {
            return Err(StepFailure::invalid_input(format!(
                "`query` is longer than {} KiB or has more than {MOST_VALUES} values",
                LONGEST / 1024
            )));
        }
        Ok(statement)
    }
}

fn piece(value: &Value) -> Result<Piece, StepFailure> {
    let of = |map: &Map<String, Value>| match (map.get("text"), map.get("value")) {
        (Some(Value::String(text)), None) => Some(Piece::Text(text.clone())),
        (None, Some(value)) => Some(Piece::Value(value.clone())),
        _ => None,
    };
    value.as_object().and_then(of).ok_or_else(|| {
        let what = describe(value);
        StepFailure::invalid_input(format!("`query` is a text, or pieces with `text` or `value`, not {what}"))
    })
}

fn in_quotes(place: &str) -> StepFailure {
    StepFailure::invalid_input(format!(
        "`query` holds an expression within {place}: it is bound as a value, and stands by itself, without quotes \
         around it (to search for a part of a text, write `'%' || ${{{{ … }}}} || '%'`)"
    ))
}

fn check(scanner: &Scanner, dialect: Dialect) -> Result<(), StepFailure> {
    let refuse = |problem: String| Err(StepFailure::invalid_input(format!("`query` {problem}")));
    let word = scanner.first_word();
    if word.is_empty() {
        return refuse("holds no statement".to_owned());
    }
    if scanner.has_second() {
        return refuse("holds more than one statement: take a step for each".to_owned());
    }
    if is_of_a_session(word) {
        return refuse(format!(
            "begins with `{word}`, which would change the connection for the steps that use it next: each \
             statement is a transaction of its own"
        ));
    }
    // They would reach files that the credential does not name.
    if dialect == Dialect::Sqlite
        && (scanner.has_word("ATTACH") || (word == "VACUUM" && scanner.has_word("INTO")))
    {
        return refuse("names another database file: store a credential for that one".to_owned());
    }
    Ok(())
}

/// Statements whose effect is on the connection, which is shared.
fn is_of_a_session(word: &str) -> bool {
    const WORDS: [&str; 24] = [
        "ABORT",
        "BEGIN",
        "CLOSE",
        "COMMIT",
        "COPY",
        "DEALLOCATE",
        "DECLARE",
        "DETACH",
        "DISCARD",
        "END",
        "FETCH",
        "HANDLER",
        "LISTEN",
        "LOCK",
        "PREPARE",
        "RELEASE",
        "RESET",
        "ROLLBACK",
        "SAVEPOINT",
        "SET",
        "START",
        "UNLISTEN",
        "UNLOCK",
        "USE",
    ];
    WORDS.contains(&word)
}
