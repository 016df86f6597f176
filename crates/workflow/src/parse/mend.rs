//! How a value of the wrong type is mended.

use super::place::At;
use crate::yaml::Data;

/// What a mend repeats of the file is no longer than this, in characters.
const MAX_REPEATED: usize = 40;

/// How a value becomes what is wanted, as a sentence.
pub(super) fn of_type(at: &At<'_>, wanted: &str) -> String {
    let data = &at.node.data;
    let mend = match wanted {
        "text" => text(data),
        "true or false" => truth(data),
        "a number" => number(data),
        "an expression" => expression(data),
        _ if wanted.starts_with("a list") => list(data),
        _ if wanted.starts_with("a map") => map(data),
        _ => return format!("write {wanted}"),
    };
    mend.to_owned()
}

/// Text that it does no harm to repeat in a hint.
pub(super) fn repeated(text: &str) -> Option<&str> {
    (text.chars().count() <= MAX_REPEATED && !text.contains(['`', '\n'])).then_some(text)
}

fn text(data: &Data) -> &'static str {
    match data {
        Data::Null => "write the text behind the colon",
        Data::Bool(_) | Data::Number(_) => "put it in quotes to have it as text",
        Data::Text(_) | Data::List(_) | Data::Map(_) => {
            "write one text, without `- ` and without keys of its own"
        }
    }
}

fn truth(data: &Data) -> &'static str {
    match data {
        Data::Text(text) if ["yes", "on", "y", "true"].contains(&text.to_lowercase().as_str()) => {
            "write `true`, without quotes"
        }
        Data::Text(text) if ["no", "off", "n", "false"].contains(&text.to_lowercase().as_str()) => {
            "write `false`, without quotes"
        }
        Data::Text(text) if text.contains("${{") => "it is written out, never computed: `true` or `false`",
        _ => "write `true` or `false`",
    }
}

fn number(data: &Data) -> &'static str {
    match data {
        Data::Text(text) if text.contains("${{") => "it is written out, never computed: digits alone",
        Data::Text(text) if text.parse::<f64>().is_ok() => "take the quotes away",
        _ => "write digits, without a unit and without quotes",
    }
}

fn expression(data: &Data) -> &'static str {
    match data {
        Data::Null => "write a condition behind the colon, such as `event.data.value > 1000`",
        Data::Number(_) => "compare something with it, such as `event.data.value > 1000`",
        _ => {
            "write it on one line, such as `event.data.value > 1000`, in quotes where it begins with `[` or `{`"
        }
    }
}

fn list(data: &Data) -> &'static str {
    match data {
        Data::Null => "write its items below it, each behind a `- `, or take the key away",
        Data::Map(_) => "put a `- ` before the first key of each item",
        _ => "write its items below it, each behind a `- `",
    }
}

fn map(data: &Data) -> &'static str {
    match data {
        Data::Null => "write its keys below it, indented further than it is",
        Data::List(_) => "take the `- ` away, so that it has keys and not items",
        _ => "write its keys below it, each with a colon and a value",
    }
}
