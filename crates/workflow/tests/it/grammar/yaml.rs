//! Writes a value as YAML in block style, with the styles of text that people use.

use serde_json::Value;

use super::Dice;

/// The value as a YAML document.
pub(crate) fn write(value: &Value, dice: &mut Dice) -> String {
    let mut text = String::new();
    node(value, 0, &mut text, dice);
    text
}

fn node(value: &Value, depth: usize, text: &mut String, dice: &mut Dice) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) if !fields.is_empty() && !dice.one_in(12) => {
            for (name, field) in fields {
                text.push_str(&indent);
                text.push_str(&key(name));
                text.push(':');
                under(field, depth + 1, text, dice);
            }
        }
        Value::Array(items) if !items.is_empty() && !dice.one_in(12) => {
            for item in items {
                text.push_str(&indent);
                text.push('-');
                under(item, depth + 1, text, dice);
            }
        }
        flow => {
            text.push_str(&indent);
            text.push_str(&flow.to_string());
            text.push('\n');
        }
    }
}

/// What stands after `key:` or `-`.
fn under(value: &Value, depth: usize, text: &mut String, dice: &mut Dice) {
    match value {
        Value::Object(fields) if !fields.is_empty() && !dice.one_in(6) => {
            text.push('\n');
            node(value, depth, text, dice);
        }
        Value::Array(items) if !items.is_empty() && !dice.one_in(6) => {
            text.push('\n');
            node(value, depth, text, dice);
        }
        Value::String(line) if is_plain(line) && dice.one_in(2) => {
            text.push(' ');
            text.push_str(line);
            text.push('\n');
        }
        Value::String(lines) if fits_a_block(lines) && dice.one_in(2) => {
            text.push_str(" |-\n");
            for line in lines.split('\n') {
                text.push_str(&"  ".repeat(depth + 1));
                text.push_str(line);
                text.push('\n');
            }
        }
        Value::String(line) if !line.contains('\n') && dice.one_in(2) => {
            text.push_str(" '");
            text.push_str(&line.replace('\'', "''"));
            text.push_str("'\n");
        }
        Value::Null if dice.one_in(2) => text.push_str(" ~\n"),
        // JSON is YAML.
        scalar => {
            text.push(' ');
            text.push_str(&scalar.to_string());
            text.push('\n');
        }
    }
}

fn key(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { Value::from(name).to_string() }
}

/// Words that are nothing else in YAML.
fn is_plain(text: &str) -> bool {
    const OTHERWISE: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-. /".contains(letter))
        && !text.ends_with(' ')
        && !OTHERWISE.contains(&text.to_ascii_lowercase().as_str())
        && !["inf", "nan", "e"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A block keeps every line as it is, as long as none begins with what YAML would take for indentation.
fn fits_a_block(text: &str) -> bool {
    !text.is_empty()
        && !text.ends_with('\n')
        && text.lines().all(|line| !line.starts_with([' ', '\t']) && !line.trim().is_empty())
        && !text.contains('\r')
}
