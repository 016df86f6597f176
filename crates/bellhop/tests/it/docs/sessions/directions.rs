//! What happens between two blocks. It stands in a comment of the page, a line each:
//!
//! ```text
//! <!-- test
//! run: rm -f new.yaml
//! close: lead.created
//! close: activity.call.completed forged
//! -->
//! ```
//!
//! - `run: COMMAND` is run as a block's commands are.
//! - `save: FILE` saves the block before, as its reader is told to.
//! - `close: OBJECT_TYPE.ACTION` happens at the simulated Close. Behind it may stand `forged` (signed with another key), `twice`
//!   (delivered twice), `late=SECONDS` (with a time that long ago), `field=TEXT` (what the object has there). The test goes on
//!   once it is delivered, and what it started has ended.

/// One of them.
#[derive(Debug, PartialEq)]
pub(super) enum Direction {
    Run(String),
    Save(String),
    Close(Happening),
}

/// Something that happens at Close.
#[derive(Debug, PartialEq, Default)]
pub(super) struct Happening {
    pub(super) object_type: String,
    pub(super) action: String,
    pub(super) forged: bool,
    pub(super) copies: u32,
    pub(super) late_by: i64,
    pub(super) fields: Vec<(String, String)>,
}

/// Those of a comment; none where it is not for the test.
pub(super) fn read(comment: &str) -> Result<Vec<Direction>, String> {
    let Some(lines) = comment.trim().strip_prefix("test\n") else { return Ok(Vec::new()) };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(one).collect()
}

fn one(line: &str) -> Result<Direction, String> {
    if let Some(command) = line.strip_prefix("run: ") {
        return Ok(Direction::Run(command.to_owned()));
    }
    if let Some(file) = line.strip_prefix("save: ") {
        return Ok(Direction::Save(file.to_owned()));
    }
    let Some(words) = line.strip_prefix("close: ") else { return Err(format!("no direction: `{line}`")) };
    let mut words = words.split_whitespace();
    let (object_type, action) = words
        .next()
        .and_then(|event| event.rsplit_once('.'))
        .ok_or_else(|| format!("no event in `{line}`"))?;
    let mut happening = Happening {
        object_type: object_type.to_owned(),
        action: action.to_owned(),
        copies: 1,
        ..Happening::default()
    };
    for word in words {
        match word.split_once('=') {
            None if word == "forged" => happening.forged = true,
            None if word == "twice" => happening.copies = 2,
            Some(("late", seconds)) => {
                happening.late_by = seconds.parse().map_err(|_| format!("`{word}`"))?;
            }
            Some((field, text)) => happening.fields.push((field.to_owned(), text.to_owned())),
            None => return Err(format!("`{word}` in `{line}`")),
        }
    }
    Ok(Direction::Close(happening))
}
